// Shared by the scripts for Node's `ws`: a client whose messages can be awaited, and a runner for the scenarios.
// This module does not depend on an example.

import http from "node:http";
import WebSocket from "ws";

/** A guard against hanging, not a measure of speed. */
const PATIENCE = 60_000;

/** Opens a socket. `next()` resolves to `{data, binary}`, `closed` to `{code, reason}`; nothing that arrives early is lost. */
export async function connect(url, options = {}) {
  const socket = new WebSocket(url, options.protocols ?? [], options);
  const arrived = [];
  const waiting = [];
  socket.on("message", (data, binary) => {
    const message = { data: binary ? data : data.toString(), binary };
    if (waiting.length > 0) waiting.shift()(message);
    else arrived.push(message);
  });
  const closed = new Promise((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  const next = () =>
    new Promise((resolve, reject) => {
      if (arrived.length > 0) return resolve(arrived.shift());
      waiting.push(resolve);
      closed.then(({ code, reason }) => reject(new Error(`closed with ${code} ${reason} instead of a message`)));
    });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  // An error after this point is followed by `close`, which the scenarios check.
  socket.on("error", () => {});
  return { socket, next, closed };
}

/** Asks for an upgrade that must be refused, and returns the refusal. */
export function refusal(url, options = {}) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [], options);
    socket.on("open", () => reject(new Error(`${url} was accepted`)));
    socket.on("error", reject);
    socket.on("unexpected-response", (_, response) => read(response).then(resolve, reject));
  });
}

/** A request without an upgrade. */
export function request(url, options = {}) {
  return new Promise((resolve, reject) => {
    http.request(url, options, (response) => read(response).then(resolve, reject)).on("error", reject).end();
  });
}

async function read(response) {
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

/** Runs all scenarios against the server named on the command line. The last line is the number that passed. */
export async function run(scenarios) {
  const [host] = process.argv.slice(2);
  const all = Object.entries(scenarios);
  let passed = 0;
  for (const [name, scenario] of all) {
    let guard;
    const late = new Promise((_, reject) => {
      guard = setTimeout(() => reject(new Error("timeout")), PATIENCE);
    });
    try {
      await Promise.race([scenario(host), late]);
      passed += 1;
      console.log(`ok: ${name}`);
    } catch (error) {
      console.log(`FAILED: ${name}: ${error.stack}`);
    }
    clearTimeout(guard);
  }
  console.log(`${passed} of ${all.length} passed`);
  process.exit(passed === all.length ? 0 : 1);
}
