// Node's `ws` against the example `validated`: valid messages get a reply, invalid ones an error frame, and the socket
// stays open.

import assert from "node:assert/strict";
import { connect, refusal, run } from "./scenario.mjs";

const url = (host, query = "?id=ada") => `ws://${host}/ws${query}`;

/** What is sent, and which rule at which place it breaks; `null` where the words for it are the server's own. */
const INVALID = [
  ['{"message": 5}', "/message", "type"],
  ['{"message": null}', "/message", "type"],
  ["{}", "", "required"],
  ['{"massage": "SECRET"}', "", "required"],
  ["[1, 2]", "", "type"],
  ["5", "", "type"],
  ["not json SECRET", "", null],
  ["", "", null],
  ['{"message": "cut', "", null],
  [Buffer.from('{"message": "hi"}'), "", null],
];

async function answers(client, id, message) {
  client.socket.send(JSON.stringify({ message }));
  const { data, binary } = await client.next();
  assert.equal(binary, false);
  const { time, ...answer } = JSON.parse(data);
  assert.deepEqual(answer, { id, message });
  assert.ok(Number.isInteger(time) && time > Date.UTC(2020), `time is in milliseconds: ${time}`);
}

await run({
  "a valid message gets a reply": async (host) => {
    const client = await connect(url(host));
    for (const message of ["hi", "", "grüß \u{1f980}", '"\\\n\u0001']) await answers(client, "ada", message);
  },
  "the reply contains the decoded id of the query": async (host) => {
    for (const id of ["ada", "a b&c=d", "é你"]) {
      await answers(await connect(url(host, `?id=${encodeURIComponent(id)}`)), id, "hi");
    }
  },
  "an invalid message gets an error, and the socket stays open": async (host) => {
    const client = await connect(url(host));
    for (const [sent, path, keyword] of INVALID) {
      client.socket.send(sent);
      const { data, binary } = await client.next();
      const frame = JSON.parse(data);
      assert.equal(binary, false);
      assert.deepEqual(Object.keys(frame).sort(), ["detail", "errors", "on", "type"]);
      assert.equal(frame.type, "validation");
      assert.equal(frame.on, "message");
      assert.equal(typeof frame.detail, "string");
      assert.ok(frame.errors.length > 0, "there is at least one error");
      for (const error of frame.errors) {
        for (const field of ["path", "keyword", "message"]) assert.equal(typeof error[field], "string");
      }
      const found = frame.errors.some((error) => error.path === path && (keyword ?? error.keyword) === error.keyword);
      assert.ok(found, `${sent}: ${keyword} at "${path}" is not in ${data}`);
      assert.ok(!data.includes("SECRET"), "the input is not echoed");
      await answers(client, "ada", "still open");
    }
  },
  "valid and invalid messages are answered in order": async (host) => {
    const client = await connect(url(host));
    for (let number = 0; number < 1000; number += 1) {
      client.socket.send(JSON.stringify({ message: number % 3 === 0 ? number : String(number) }));
    }
    for (let number = 0; number < 1000; number += 1) {
      const answer = JSON.parse((await client.next()).data);
      if (number % 3 === 0) assert.equal(answer.type, "validation");
      else assert.equal(answer.message, String(number));
    }
  },
  "two sockets have different ids": async (host) => {
    const [ada, bob] = [await connect(url(host)), await connect(url(host, "?id=bob"))];
    await answers(bob, "bob", "hi");
    await answers(ada, "ada", "hi");
  },
  "a missing id is rejected before the upgrade": async (host) => {
    for (const query of ["", "?", "?name=SECRET"]) {
      const { status, headers, body } = await refusal(url(host, query));
      assert.equal(status, 422, query);
      assert.match(headers["content-type"], /^application\/problem\+json/);
      assert.equal(headers["content-length"], String(Buffer.byteLength(body)));
      assert.equal(headers.connection, "close");
      const problem = JSON.parse(body);
      assert.equal(problem.type, "validation");
      assert.equal(problem.on, "query");
      assert.equal(problem.status, 422);
      assert.equal(typeof problem.detail, "string");
      assert.equal(problem.errors[0].keyword, "required");
      assert.ok(!body.includes("SECRET"), "the input is not echoed");
    }
  },
});
