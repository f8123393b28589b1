// The page: it greets the server, sends a message every three seconds, and lists the messages of both sides.

import { Connection, TEXT } from "/connection.js";

const GREETING = "A client has connected.";
const TICK = "A message from the client to the server.";
const PERIOD = 3000;
// Maximum number of lines in the log; older lines are removed.
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
  // The server closed with an application code, so the page does not reconnect.
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
  // Setting the same text again would make a screen reader repeat it.
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
  // The log scrolls to its end unless the user has scrolled up.
  const log = $("messages").parentElement;
  if (log.scrollHeight - log.scrollTop - log.clientHeight < 3 * line.offsetHeight) log.scrollTop = log.scrollHeight;
}

connect();
