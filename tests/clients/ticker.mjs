// Node's `ws` against the example `ticker`, which ticks fast here and takes us for its proxy.

import assert from "node:assert/strict";
import { connect, request, run } from "./scenario.mjs";

const GREETING = { data: "You are connected to the server.", binary: false };
const TICK = { data: "A message from the server to the client.", binary: false };
const ANSWER = "A message from the client to the server.";
const url = (host) => `ws://${host}/`;

async function ticks(client, count) {
  for (let tick = 0; tick < count; tick += 1) assert.deepEqual(await client.next(), TICK);
}

await run({
  "the last address that a proxy names is the client's": async (host) => {
    const headers = { "x-forwarded-for": "203.0.113.7, 192.0.2.1" };
    const client = await connect(url(host), { headers });
    client.socket.send("from 192.0.2.1, they say");
    assert.deepEqual(await client.next(), GREETING);
    await ticks(client, 1);
    client.socket.close(1000);
    assert.equal((await client.closed).code, 1000);
  },
  "a client whose address the proxy does not name is let in": async (host) => {
    for (const named of ["nobody", "192.0.2.1, nobody", ""]) {
      const client = await connect(url(host), { headers: { "x-forwarded-for": named } });
      assert.deepEqual(await client.next(), GREETING, named);
      client.socket.close(1000);
    }
  },
  "a greeting is followed by ticks": async (host) => {
    const client = await connect(url(host));
    assert.deepEqual(await client.next(), GREETING);
    await ticks(client, 5);
  },
  "each socket has ticks of its own, and they go on when another is closed": async (host) => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect(url(host))));
    for (const client of clients) assert.deepEqual(await client.next(), GREETING);
    for (const client of clients.slice(10)) {
      client.socket.close(1000);
      // What was under way when it was asked to close may still come.
      assert.equal((await client.closed).code, 1000);
    }
    await Promise.all(clients.slice(0, 10).map((client) => ticks(client, 3)));
  },
  "an answer is taken, and changes nothing": async (host) => {
    const client = await connect(url(host));
    assert.deepEqual(await client.next(), GREETING);
    client.socket.send(ANSWER);
    await ticks(client, 2);
    client.socket.send(ANSWER);
    await ticks(client, 2);
  },
  "the same address is a page": async (host) => {
    const { status, headers, body } = await request(`http://${host}/`);
    assert.equal(status, 200);
    assert.match(headers["content-type"], /^text\/html/);
    assert.match(headers["content-security-policy"], /default-src 'none'/);
    assert.match(body, /<title>Ticker<\/title>/);
  },
});
