// The page: greets the server, speaks every three seconds by itself, and lists what either side said.

import { Connection, TEXT } from "/connection.js";

const GREETING = "A client has connected.";
const TICK = "A message from the client to the server.";
const PERIOD = 3000;
// Lines that are kept; older ones go.
const MOST_LINES = 100;

const $ = (id) => document.getElementById(id);

const connection = new Connection(TEXT);
const url = new URL("/", location.href);
url.protocol = url.protocol.replace("http", "ws");
const total = { heard: 0, sent: 0 };
let ticking = 0;

connection.addEventListener("state", ({ detail: { state, reason } }) => {
  if (state === "waiting") show("lost");
  if (state === "open") {
    show("online");
    say(GREETING);
  }
  // The server refuses with a code of its own, so another try would change nothing.
  if (state === "refused") {
    stop();
    add("failed", `The server refused: ${reason || "no reason given"}`);
  }
});

connection.addEventListener("message", ({ detail: text }) => {
  connection.proven();
  add("heard", text);
});

$("toggle").addEventListener("click", () => {
  if ($("state").dataset.state === "closed") return connect();
  connection.close();
  stop();
});

function connect() {
  show("connecting");
  connection.open(url);
  clearInterval(ticking);
  ticking = setInterval(() => say(TICK), PERIOD);
}

function stop() {
  clearInterval(ticking);
  show("closed");
}

function say(text) {
  if (connection.send(text)) add("sent", text);
  else add("failed", "Not sent: there is no connection.");
}

function show(state) {
  const words = { connecting: "Connecting", online: "Connected", lost: "Reconnecting", closed: "Disconnected" }[state];
  // The same words again would be read out again.
  if ($("state").textContent !== words) $("state").textContent = words;
  $("state").dataset.state = state;
  $("toggle").textContent = state === "closed" ? "Connect" : "Disconnect";
}

function add(kind, text) {
  if (kind in total) $(kind).textContent = total[kind] += 1;
  $("empty").hidden = true;
  const line = document.createElement("li");
  line.className = kind;
  const time = document.createElement("time");
  const now = new Date();
  time.dateTime = now.toISOString();
  time.textContent = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const who = document.createElement("span");
  who.className = "who";
  who.textContent = { heard: "Server", sent: "You", failed: "Page" }[kind];
  const said = document.createElement("span");
  said.className = "said";
  said.textContent = text;
  line.append(time, who, said);
  $("messages").append(line);
  if ($("messages").childElementCount > MOST_LINES) $("messages").firstElementChild.remove();
  // The log follows its end unless somebody has scrolled away from it.
  const log = $("messages").parentElement;
  if (log.scrollHeight - log.scrollTop - log.clientHeight < 3 * line.offsetHeight) log.scrollTop = log.scrollHeight;
}

connect();
