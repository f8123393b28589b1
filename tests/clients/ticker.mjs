// Node's `ws` against the example `ticker`, which has a short interval here and trusts this script as its proxy.

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
  "the last address in the proxy's header is the client's": async (host) => {
    const headers = { "x-forwarded-for": "203.0.113.7, 192.0.2.1" };
    const client = await connect(url(host), { headers });
    client.socket.send("from 192.0.2.1, they say");
    assert.deepEqual(await client.next(), GREETING);
    await ticks(client, 1);
    client.socket.close(1000);
    assert.equal((await client.closed).code, 1000);
  },
  "a client whose address the proxy does not send is accepted": async (host) => {
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
  "each socket has separate ticks, which continue when another socket closes": async (host) => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect(url(host))));
    for (const client of clients) assert.deepEqual(await client.next(), GREETING);
    for (const client of clients.slice(10)) {
      client.socket.close(1000);
      // Messages that were sent before the close may still arrive.
      assert.equal((await client.closed).code, 1000);
    }
    await Promise.all(clients.slice(0, 10).map((client) => ticks(client, 3)));
  },
  "a message from the client is accepted and has no effect": async (host) => {
    const client = await connect(url(host));
    assert.deepEqual(await client.next(), GREETING);
    client.socket.send(ANSWER);
    await ticks(client, 2);
    client.socket.send(ANSWER);
    await ticks(client, 2);
  },
  "the page is served at the same address": async (host) => {
    const { status, headers, body } = await request(`http://${host}/`);
    assert.equal(status, 200);
    assert.match(headers["content-type"], /^text\/html/);
    assert.match(headers["content-security-policy"], /default-src 'none'/);
    assert.match(body, /<title>Ticker<\/title>/);
  },
});
