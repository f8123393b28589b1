// Node's `ws` against the example `bench`: the routes that the benchmarks measure reply as expected.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect, refusal, run } from "./scenario.mjs";

const MIB = 1024 * 1024;

async function json(client, message) {
  client.socket.send(JSON.stringify({ message }));
  return JSON.parse((await client.next()).data);
}

await run({
  "text and binary of any size are echoed": async (host) => {
    const client = await connect(`ws://${host}/echo`);
    for (const data of ["", "hello", randomBytes(64), randomBytes(MIB)]) {
      client.socket.send(data);
      const answer = await client.next();
      assert.equal(answer.binary, typeof data !== "string");
      assert.ok(answer.binary ? answer.data.equals(data) : answer.data === data);
    }
  },
  "the reply to a typed message contains the id": async (host) => {
    for (const path of ["/json", "/json-checked"]) {
      const client = await connect(`ws://${host}${path}?id=ada`);
      const { time, ...answer } = await json(client, "hi");
      assert.deepEqual(answer, { id: "ada", message: "hi" });
      assert.ok(Number.isInteger(time) && time > Date.UTC(2020));
      assert.equal((await json(client, 5)).type, "validation");
      assert.equal((await refusal(`ws://${host}${path}`)).status, 422);
    }
  },
  "only the stricter schema limits the length": async (host) => {
    for (const [path, refused] of [["/json", []], ["/json-checked", ["", "x".repeat(1001)]]]) {
      const client = await connect(`ws://${host}${path}?id=ada`);
      for (const message of ["", "x", "\u{1f980}".repeat(1000), "x".repeat(1001)]) {
        const valid = (await json(client, message)).type !== "validation";
        assert.equal(valid, !refused.includes(message), `${path}: ${message.length}`);
      }
    }
  },
  "a room sends a message to all other sockets": async (host) => {
    const [ada, ...others] = await Promise.all(Array.from({ length: 10 }, () => connect(`ws://${host}/room`)));
    ada.socket.send("text");
    ada.socket.send(Buffer.from("binary"));
    for (const { next } of others) {
      assert.deepEqual(await next(), { data: "text", binary: false });
      assert.deepEqual(await next(), { data: Buffer.from("binary"), binary: true });
    }
    others[0].socket.send("back");
    assert.equal((await ada.next()).data, "back");
  },
});
