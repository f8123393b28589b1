// Node's `ws` against the example `echo`: messages are echoed unchanged, and protocol violations get a close code.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect, refusal, request, run } from "./scenario.mjs";

const MIB = 1024 * 1024;
const url = (host) => `ws://${host}/echo`;

/** What a client can ask of compression, and the bits that its own window then has. */
const DEFLATE = [
  {},
  { serverNoContextTakeover: true },
  { clientNoContextTakeover: true },
  { serverNoContextTakeover: true, clientNoContextTakeover: true },
  { serverMaxWindowBits: 9 },
  { serverMaxWindowBits: 12, clientMaxWindowBits: 10 },
  { clientMaxWindowBits: 9, serverNoContextTakeover: true },
];

/** Frames as bytes, masked with zeros unless the case is about that, and the close code that answers each (RFC 6455 §7.4.1). */
const OFFENCES = [
  ["a reserved opcode", [0x83, 0x80, 0, 0, 0, 0], 1002],
  ["RSV1 without negotiated compression", [0xc1, 0x80, 0, 0, 0, 0], 1002],
  ["a reserved bit", [0xa1, 0x80, 0, 0, 0, 0], 1002],
  ["an unmasked frame", [0x81, 0x01, 0x61], 1002],
  ["a fragmented ping", [0x09, 0x80, 0, 0, 0, 0], 1002],
  ["a continuation without a message", [0x80, 0x80, 0, 0, 0, 0], 1002],
  ["a close frame with a payload of one byte", [0x88, 0x81, 0, 0, 0, 0, 3], 1002],
  ["a reserved close code", [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed], 1002],
  ["text that is not UTF-8", [0x81, 0x81, 0, 0, 0, 0, 0xff], 1007],
  ["64 MiB and one byte, announced", [0x82, 0xff, 0, 0, 0, 0, 0x04, 0, 0, 1, 0, 0, 0, 0], 1009],
];

async function echoes(client, data) {
  client.socket.send(data);
  const answer = await client.next();
  assert.equal(answer.binary, typeof data !== "string", "the kind of frame");
  const same = answer.binary ? answer.data.equals(data) : answer.data === data;
  assert.ok(same, `${data.length} in, ${answer.data.length} out, not the same`);
}

await run({
  "text is echoed as text": async (host) => {
    const client = await connect(url(host));
    for (const text of ["hello", "", "\u0000", "grüß 你好 \u{1f980}", '{"a":1}']) await echoes(client, text);
  },
  "binary is echoed as binary": async (host) => {
    const client = await connect(url(host));
    await echoes(client, Buffer.alloc(0));
    await echoes(client, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
  },
  "each encoding of a length is accepted": async (host) => {
    const client = await connect(url(host));
    for (const length of [1, 125, 126, 127, 65_535, 65_536, 65_537]) {
      await echoes(client, "x".repeat(length));
      await echoes(client, randomBytes(length));
    }
  },
  "large messages are echoed": async (host) => {
    const client = await connect(url(host), { maxPayload: 64 * MIB });
    await echoes(client, "é".repeat(MIB / 2));
    await echoes(client, randomBytes(16 * MIB));
  },
  "messages are echoed with any compression parameters": async (host) => {
    for (const asked of DEFLATE) {
      const client = await connect(url(host), { perMessageDeflate: { ...asked, threshold: 0 }, maxPayload: 64 * MIB });
      const what = JSON.stringify(asked);
      const { params } = client.socket._extensions["permessage-deflate"];
      for (const side of ["server", "client"]) {
        const bits = asked[`${side}MaxWindowBits`];
        if (bits) assert.ok(params[`${side}_max_window_bits`] <= bits || side === "client", what);
        if (asked[`${side}NoContextTakeover`]) assert.ok(params[`${side}_no_context_takeover`], what);
      }
      const text = "the same words again and again, ".repeat(100);
      await echoes(client, text);
      const before = client.socket._socket.bytesRead;
      await echoes(client, text);
      assert.ok(client.socket._socket.bytesRead - before < 200, `${what}: the answer was compressed`);
      for (const data of ["", "a", text + "!", randomBytes(70_000), text.repeat(50), "é".repeat(MIB), randomBytes(300)]) {
        await echoes(client, data);
      }
      client.socket.send("in ", { fin: false });
      client.socket.send("fragments", { fin: true });
      assert.equal((await client.next()).data, "in fragments", what);
    }
  },
  "many compressed messages are echoed in order": async (host) => {
    const client = await connect(url(host), { perMessageDeflate: { threshold: 0, concurrencyLimit: 1 } });
    for (let number = 0; number < 5000; number += 1) client.socket.send(`this is message ${number}`);
    for (let number = 0; number < 5000; number += 1) {
      assert.equal((await client.next()).data, `this is message ${number}`);
    }
  },
  "a compressed message may inflate only up to the limit": async (host) => {
    const client = await connect(url(host), { perMessageDeflate: { threshold: 0 }, maxPayload: 64 * MIB });
    await echoes(client, Buffer.alloc(64 * MIB));
    client.socket.send(Buffer.alloc(64 * MIB + 1));
    assert.equal((await client.closed).code, 1009);
  },
  "fragments are echoed as one message": async (host) => {
    const client = await connect(url(host), { perMessageDeflate: false });
    for (const fragments of [["a", "", "bc"], [Buffer.from([0xf0, 0x9f]), Buffer.from([0xa6, 0x80])]]) {
      fragments.forEach((fragment, index) => {
        client.socket.send(fragment, { binary: false, fin: index === fragments.length - 1 });
      });
      const whole = Buffer.concat(fragments.map((fragment) => Buffer.from(fragment))).toString();
      assert.deepEqual(await client.next(), { data: whole, binary: false });
    }
  },
  "a ping between fragments is answered before the message ends": async (host) => {
    const client = await connect(url(host), { perMessageDeflate: false });
    const pong = new Promise((resolve) => client.socket.once("pong", (data) => resolve(data.toString())));
    client.socket.send("a", { fin: false });
    client.socket.ping("now?");
    assert.equal(await pong, "now?");
    client.socket.send("b", { fin: true });
    assert.deepEqual(await client.next(), { data: "ab", binary: false });
  },
  "an unsolicited pong is ignored": async (host) => {
    const client = await connect(url(host));
    client.socket.pong("here I am");
    await echoes(client, "still open");
  },
  "ten thousand messages are echoed in order": async (host) => {
    const client = await connect(url(host));
    for (let number = 0; number < 10_000; number += 1) client.socket.send(String(number));
    for (let number = 0; number < 10_000; number += 1) assert.equal((await client.next()).data, String(number));
  },
  "a hundred sockets receive only their own echoes": async (host) => {
    const clients = await Promise.all(Array.from({ length: 100 }, () => connect(url(host))));
    await Promise.all(clients.map((client, index) => echoes(client, `socket ${index}`)));
    for (const client of clients) client.socket.close(1000);
    for (const client of clients) assert.equal((await client.closed).code, 1000);
  },
  "a close frame is answered with its code": async (host) => {
    for (const code of [1000, 1001, 1011, 3000, 4999]) {
      const client = await connect(url(host));
      client.socket.close(code, "bye");
      assert.equal((await client.closed).code, code);
    }
  },
  "a close frame without a code is answered": async (host) => {
    const client = await connect(url(host));
    client.socket.close();
    assert.ok([1000, 1005].includes((await client.closed).code));
  },
  "messages before a close frame are still answered": async (host) => {
    const client = await connect(url(host));
    client.socket.send("last words");
    client.socket.close(1000);
    assert.equal((await client.next()).data, "last words");
    assert.equal((await client.closed).code, 1000);
  },
  "each violation gets a close frame with its code": async (host) => {
    for (const [what, bytes, code] of OFFENCES) {
      const client = await connect(url(host), { perMessageDeflate: false });
      client.socket._socket.write(Buffer.from(bytes));
      const closed = await client.closed;
      assert.equal(closed.code, code, what);
      assert.ok(Buffer.byteLength(closed.reason) <= 123, what);
    }
  },
  "invalid compressed data gets a close frame with 1007": async (host) => {
    const client = await connect(url(host));
    client.socket._socket.write(Buffer.from([0xc1, 0x82, 0, 0, 0, 0, 0x07, 0xff]));
    assert.equal((await client.closed).code, 1007);
  },
  "a client that disconnects does not affect others": async (host) => {
    const [gone, stays] = [await connect(url(host)), await connect(url(host))];
    gone.socket.send("x".repeat(MIB));
    gone.socket.terminate();
    await echoes(stays, "still here");
  },
  "another path is not found": async (host) => {
    assert.equal((await refusal(`ws://${host}/elsewhere`)).status, 404);
    assert.equal((await request(`http://${host}/elsewhere`)).status, 404);
  },
  "a request without an upgrade gets 426 or 405": async (host) => {
    const plain = await request(`http://${host}/echo`);
    assert.equal(plain.status, 426);
    assert.match(plain.headers.upgrade, /^websocket$/i);
    const post = await request(`http://${host}/echo`, { method: "POST" });
    assert.equal(post.status, 405);
    assert.match(post.headers.allow, /GET/);
  },
  "an unsupported version gets the supported one": async (host) => {
    const old = await refusal(url(host), { protocolVersion: 8 });
    assert.equal(old.status, 426);
    assert.equal(old.headers["sec-websocket-version"], "13");
  },
  "only foreign origins are rejected": async (host) => {
    for (const origin of ["http://elsewhere.example", `http://${host}.example`, "null"]) {
      assert.equal((await refusal(url(host), { origin })).status, 403, origin);
    }
    await echoes(await connect(url(host), { origin: `http://${host}` }), "same");
    await echoes(await connect(url(host)), "none");
  },
});
