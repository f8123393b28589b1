// The page: a form for each event that can be emitted, and a log of all that went either way. It checks nothing itself: what
// does not fit is for the server to say.

import { Connection } from "/connection.js";

// Lines that are kept; older ones go.
const MOST_LINES = 200;

const $ = (id) => document.getElementById(id);

const connection = new Connection();
const url = new URL("/events", location.href);
url.protocol = url.protocol.replace("http", "ws");

// --- Emitted ---

// The data of each event; `who` has none.
const DATA = {
  howdy: () => $("greeting").value,
  join: () => $("room").value,
  leave: () => $("room").value,
  say: () => ({ room: $("room").value, text: $("text").value }),
  who: () => undefined,
};

for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    emit(event.submitter.value);
  });
}

function emit(name) {
  const emitted = { event: name, data: DATA[name]() };
  if (connection.send(emitted)) add("out", name, emitted.data, "");
}

// --- Heard ---

// To whom else an event went, by its name and data.
const AUDIENCE = {
  howdy: () => "all",
  bye: () => "all",
  joined: ({ room }) => `#${room}`,
  left: ({ room }) => `#${room}`,
  said: ({ room }) => `#${room}`,
};

connection.addEventListener("message", ({ detail: heard }) => {
  connection.proven();
  if (heard.event) return add("in", heard.event, heard.data, AUDIENCE[heard.event]?.(heard.data) ?? "you");
  // A frame of the library's, in place of an answer: its `type` says what went wrong.
  const why = heard.errors?.map(({ path, message }) => `${path || "/"} ${message}`).join("; ");
  add("wrong", heard.type, why || heard.detail, "you");
});

connection.addEventListener("state", ({ detail: { state } }) => {
  if (state === "open") show("online");
  if (state === "waiting") show("lost");
  if (state === "refused") show("refused");
});

function show(state) {
  const words = { connecting: "Connecting", online: "Connected", lost: "Reconnecting", refused: "Refused" }[state];
  // The same words again would be read out again.
  if ($("state").textContent !== words) $("state").textContent = words;
  $("state").dataset.state = state;
  for (const button of document.querySelectorAll("button")) button.ariaDisabled = String(state !== "online");
}

// --- The log ---

const WORDS = { out: "emitted", in: "heard", wrong: "refused" };

function add(way, name, data, audience) {
  const line = document.createElement("li");
  line.className = way;
  line.append(
    part("way", { out: "→", in: "←", wrong: "!" }[way], WORDS[way]),
    part("name", name),
    part("data", typeof data === "string" && way === "wrong" ? data : (JSON.stringify(data) ?? "")),
  );
  if (audience) line.append(part("audience", audience));
  $("events").append(line);
  if ($("events").childElementCount > MOST_LINES) $("events").firstElementChild.remove();
  // The log follows its end unless somebody has scrolled away from it.
  const log = $("events").parentElement;
  if (log.scrollHeight - log.scrollTop - log.clientHeight < 3 * line.offsetHeight) log.scrollTop = log.scrollHeight;
}

// A sign is for the eye; where there are words for it, they are read out instead.
function part(name, text, words) {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = text;
  if (words) {
    span.role = "img";
    span.ariaLabel = words;
  }
  return span;
}

show("connecting");
connection.open(url);
