// Node's `ws` against the example `subprotocol`: who has the token is let in, and gets the subprotocol if it is offered.

import assert from "node:assert/strict";
import { connect, refusal, run } from "./scenario.mjs";

const url = (host, query = "?token=allow") => `ws://${host}/ws${query}`;

await run({
  "the subprotocol is chosen when it is offered": async (host) => {
    for (const protocols of ["machbase.rpc", ["machbase.rpc", "v9"], ["v9", "machbase.rpc"]]) {
      const { socket } = await connect(url(host), { protocols });
      assert.equal(socket.protocol, "machbase.rpc");
    }
  },
  "none is chosen when it is not": async (host) => {
    assert.equal((await connect(url(host))).socket.protocol, "");
    // The client asked for one, and takes it amiss.
    await assert.rejects(connect(url(host), { protocols: "v9" }), /no subprotocol/);
  },
  "text comes back behind its prefix, with the subprotocol or without": async (host) => {
    for (const protocols of [[], ["machbase.rpc"]]) {
      const client = await connect(url(host), { protocols });
      for (const text of ["hello", "", "안녕 \u{1f980}", '{"a":1}', "123"]) {
        client.socket.send(text);
        assert.deepEqual(await client.next(), { data: `echo:${text}`, binary: false });
      }
    }
  },
  "without the token it is forbidden": async (host) => {
    for (const query of ["", "?", "?token", "?token=", "?token=deny", "?token=ALLOW", "?other=allow"]) {
      const { status, headers, body } = await refusal(url(host, query));
      assert.equal(status, 403, query);
      assert.equal(headers["content-length"], String(Buffer.byteLength(body)), query);
      assert.equal(headers.connection, "close", query);
    }
  },
  "the rest of the query does not matter": async (host) => {
    await connect(url(host, "?a=b&token=allow&c"));
  },
  "what is not text is closed with its code": async (host) => {
    const client = await connect(url(host));
    client.socket.send(Buffer.from("hello"));
    assert.equal((await client.closed).code, 1003);
  },
});
