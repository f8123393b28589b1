// Node's `ws` against the example `subprotocol`: a client with the token is accepted, and gets the subprotocol if it offers it.

import assert from "node:assert/strict";
import { connect, refusal, run } from "./scenario.mjs";

const url = (host, query = "?token=allow") => `ws://${host}/ws${query}`;

await run({
  "the subprotocol is selected if it is offered": async (host) => {
    for (const protocols of ["machbase.rpc", ["machbase.rpc", "v9"], ["v9", "machbase.rpc"]]) {
      const { socket } = await connect(url(host), { protocols });
      assert.equal(socket.protocol, "machbase.rpc");
    }
  },
  "no subprotocol is selected if none is offered": async (host) => {
    assert.equal((await connect(url(host))).socket.protocol, "");
    // The client offered a subprotocol, and fails because the server selected none.
    await assert.rejects(connect(url(host), { protocols: "v9" }), /no subprotocol/);
  },
  "text is echoed after the prefix, with or without the subprotocol": async (host) => {
    for (const protocols of [[], ["machbase.rpc"]]) {
      const client = await connect(url(host), { protocols });
      for (const text of ["hello", "", "안녕 \u{1f980}", '{"a":1}', "123"]) {
        client.socket.send(text);
        assert.deepEqual(await client.next(), { data: `echo:${text}`, binary: false });
      }
    }
  },
  "a handshake without the token gets 403": async (host) => {
    for (const query of ["", "?", "?token", "?token=", "?token=deny", "?token=ALLOW", "?other=allow"]) {
      const { status, headers, body } = await refusal(url(host, query));
      assert.equal(status, 403, query);
      assert.equal(headers["content-length"], String(Buffer.byteLength(body)), query);
      assert.equal(headers.connection, "close", query);
    }
  },
  "other parameters of the query are ignored": async (host) => {
    await connect(url(host, "?a=b&token=allow&c"));
  },
  "a binary message gets a close frame with its code": async (host) => {
    const client = await connect(url(host));
    client.socket.send(Buffer.from("hello"));
    assert.equal((await client.closed).code, 1003);
  },
});
