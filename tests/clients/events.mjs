// Node's `ws` against the example `events`: each event reaches its receivers and no other client.

import assert from "node:assert/strict";
import { connect, request, run } from "./scenario.mjs";

const HELLO = { event: "hello", data: "world" };

/** What is sent, and which rule at which place it breaks; `null` where the words for it are the server's own. */
const INVALID = [
  ['{"event":"howdy","data":5}', "/data", "type"],
  ['{"event":"howdy","data":""}', "/data", "minLength"],
  [JSON.stringify({ event: "howdy", data: "x".repeat(501) }), "/data", "maxLength"],
  ['{"event":"say","data":{"room":"lobby"}}', "/data", "required"],
  ['{"event":"say","data":{"room":"lobby","text":""}}', "/data/text", "minLength"],
  ['{"event":"join"}', "", "required"],
  ['{"event":"SECRET","data":"x"}', "/event", null],
  ['{"data":"x"}', "", "required"],
  ['["howdy","stranger"]', "", "type"],
  ["not json", "", null],
  [Buffer.from('{"event":"who"}'), "", null],
];

/** A socket that has been told hello, and how it emits and hears. */
async function guest(host) {
  const { socket, next, closed } = await connect(`ws://${host}/events`);
  // Clients of an earlier scenario may still be disconnecting. Their `bye` events are skipped, except for that of `from`.
  const heard = async (from) => {
    for (;;) {
      const { data, binary } = await next();
      assert.equal(binary, false);
      const event = JSON.parse(data);
      if (event.event !== "bye" || event.data === from) return event;
    }
  };
  const emit = (event, data) => socket.send(JSON.stringify({ event, data }));
  assert.deepEqual(await heard(), HELLO);
  return { socket, closed, next, heard, emit };
}

/** One's own number, as others are told it. */
async function number(guest, room) {
  guest.emit("join", room);
  const { event, data } = await guest.heard();
  assert.deepEqual({ event, room: data.room }, { event: "joined", room });
  return data.from;
}

await run({
  // This scenario is the first one, because clients of earlier scenarios would be counted too.
  "connected sockets are counted": async (host) => {
    const ada = await guest(host);
    ada.emit("who");
    assert.deepEqual(await ada.heard(), { event: "here", data: 1 });
    const bob = await guest(host);
    bob.emit("who");
    assert.deepEqual(await bob.heard(), { event: "here", data: 2 });
  },
  "the first frame is exactly `hello`": async (host) => {
    const { next } = await connect(`ws://${host}/events`);
    assert.deepEqual(await next(), { data: '{"event":"hello","data":"world"}', binary: false });
  },
  "replies and broadcasts share a compression context": async (host) => {
    const offers = [{}, { serverNoContextTakeover: true }, { serverMaxWindowBits: 9 }, { clientMaxWindowBits: 9 }, false];
    const sockets = await Promise.all(
      offers.map((offer) => connect(`ws://${host}/events`, { perMessageDeflate: offer && { threshold: 0, ...offer } })),
    );
    for (const { next } of sockets) assert.deepEqual(JSON.parse((await next()).data), HELLO);
    for (let round = 0; round < 15; round += 1) {
      const by = sockets[round % sockets.length];
      const text = `words that come again, for the ${round}th time`.repeat(1 + (round % 5));
      by.socket.send(JSON.stringify({ event: "howdy", data: text }));
      for (const { next } of sockets) assert.equal(JSON.parse((await next()).data).data.text, text);
      for (const { socket, next } of sockets) {
        socket.send('{"event":"say","data":{"room":"nobody is here","text":"hello"}}');
        assert.equal(JSON.parse((await next()).data).event, "refused");
      }
    }
    for (const [index, { socket }] of sockets.entries()) {
      assert.equal(socket.extensions.startsWith("permessage-deflate"), offers[index] !== false);
      socket.terminate();
    }
  },
  "howdy reaches all clients": async (host) => {
    const guests = await Promise.all(Array.from({ length: 5 }, () => guest(host)));
    const from = await number(guests[0], "howdy");
    guests[0].socket.send('{"event":"howdy","data":"stranger"}');
    for (const { heard } of guests) {
      assert.deepEqual(await heard(), { event: "howdy", data: { from, text: "stranger" } });
    }
  },
  "a message in a room reaches its members": async (host) => {
    const [ada, bob, eve] = [await guest(host), await guest(host), await guest(host)];
    const from = await number(ada, "engine");
    await number(bob, "engine");
    assert.equal((await ada.heard()).event, "joined");
    await number(eve, "elsewhere");
    ada.emit("say", { room: "engine", text: "It runs. \u{1f980}" });
    for (const { heard } of [ada, bob]) {
      assert.deepEqual(await heard(), { event: "said", data: { room: "engine", from, text: "It runs. \u{1f980}" } });
    }
    // No event was sent to the third client.
    eve.emit("say", { room: "elsewhere", text: "Alone?" });
    assert.equal((await eve.heard()).data.text, "Alone?");
  },
  "members see a client leave, and it receives no more events": async (host) => {
    const [ada, bob] = [await guest(host), await guest(host)];
    await number(ada, "leaving");
    const from = await number(bob, "leaving");
    assert.deepEqual(await ada.heard(), { event: "joined", data: { room: "leaving", from } });
    bob.emit("leave", "leaving");
    for (const { heard } of [ada, bob]) assert.deepEqual(await heard(), { event: "left", data: { room: "leaving", from } });
    ada.emit("say", { room: "leaving", text: "gone?" });
    assert.equal((await ada.heard()).event, "said");
    bob.emit("say", { room: "leaving", text: "let me in" });
    assert.deepEqual(await bob.heard(), { event: "refused", data: "you are not in that room" });
  },
  "an event that is not permitted is refused": async (host) => {
    const ada = await guest(host);
    ada.emit("leave", "nowhere");
    assert.deepEqual(await ada.heard(), { event: "refused", data: "you are not in that room" });
    await number(ada, "one");
    ada.emit("join", "one");
    assert.deepEqual(await ada.heard(), { event: "refused", data: "you are in that room already" });
    for (let room = 2; room <= 8; room += 1) await number(ada, `room ${room}`);
    ada.emit("join", "room 9");
    assert.deepEqual(await ada.heard(), { event: "refused", data: "you are in as many rooms as one may be" });
  },
  "an invalid event gets an error, and the socket stays open": async (host) => {
    for (const [sent, path, keyword] of INVALID) {
      const ada = await guest(host);
      ada.socket.send(sent);
      const { data } = await ada.next();
      const frame = JSON.parse(data);
      assert.equal(frame.type, "validation");
      assert.equal(frame.on, "message");
      const found = frame.errors.some((error) => error.path === path && (keyword ?? error.keyword) === error.keyword);
      assert.ok(found, `${sent}: ${keyword} at "${path}" is not in ${data}`);
      assert.ok(!data.includes("SECRET"), "the input is not echoed");
      ada.emit("who");
      assert.equal((await ada.heard()).event, "here");
    }
  },
  "a disconnect is announced to all": async (host) => {
    const [ada, bob] = [await guest(host), await guest(host)];
    const from = await number(bob, "going");
    bob.socket.close(1000);
    assert.equal((await bob.closed).code, 1000);
    assert.deepEqual(await ada.heard(from), { event: "bye", data: from });
  },
  "the page is served at the same address": async (host) => {
    const { status, body } = await request(`http://${host}/`);
    assert.equal(status, 200);
    assert.match(body, /<title>Events<\/title>/);
    assert.equal((await request(`http://${host}/events`)).status, 404);
  },
});
