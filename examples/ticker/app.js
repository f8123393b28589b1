// The page: lists what the server says and answers it, until it is told to disconnect.

import { Connection, TEXT } from "/connection.js";

const ANSWER = "클라이언트에서 서버로 답장을 보냅니다.";
// Lines that are kept; older ones go.
const MOST_LINES = 100;

const $ = (id) => document.getElementById(id);

const connection = new Connection(TEXT);
const url = new URL("/", location.href);
url.protocol = url.protocol.replace("http", "ws");
const total = { heard: 0, answered: 0 };

connection.addEventListener("state", ({ detail: { state } }) => {
  if (state === "waiting") show("lost");
  if (state === "open") show("online");
});

connection.addEventListener("message", ({ detail: text }) => {
  connection.proven();
  add("heard", text);
  if (connection.send(ANSWER)) add("answered", ANSWER);
});

$("toggle").addEventListener("click", () => {
  if ($("state").dataset.state === "closed") return connect();
  connection.close();
  show("closed");
});

function connect() {
  show("connecting");
  connection.open(url);
}

function show(state) {
  const words = { connecting: "Connecting", online: "Connected", lost: "Reconnecting", closed: "Disconnected" }[state];
  // The same words again would be read out again.
  if ($("state").textContent !== words) $("state").textContent = words;
  $("state").dataset.state = state;
  $("toggle").textContent = state === "closed" ? "Connect" : "Disconnect";
}

function add(kind, text) {
  total[kind] += 1;
  $(kind).textContent = total[kind];
  $("empty").hidden = true;
  const line = document.createElement("li");
  line.className = kind;
  const time = document.createElement("time");
  const now = new Date();
  time.dateTime = now.toISOString();
  time.textContent = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const who = document.createElement("span");
  who.className = "who";
  who.textContent = kind === "heard" ? "Server" : "You";
  const said = document.createElement("span");
  said.className = "said";
  said.lang = "ko";
  said.textContent = text;
  line.append(time, who, said);
  $("messages").append(line);
  if ($("messages").childElementCount > MOST_LINES) $("messages").firstElementChild.remove();
  // The log follows its end unless somebody has scrolled away from it.
  const log = $("messages").parentElement;
  if (log.scrollHeight - log.scrollTop - log.clientHeight < 3 * line.offsetHeight) log.scrollTop = log.scrollHeight;
}

connect();
