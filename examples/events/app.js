// The page: a form for each event that a client can emit, and a log of events in both directions. The page validates
// nothing; the server reports invalid events.

import { Connection } from "/connection.js";

// Maximum number of lines in the log; older lines are removed.
const MOST_LINES = 200;

const $ = (id) => document.getElementById(id);

const connection = new Connection();
const url = new URL("/events", location.href);
url.protocol = url.protocol.replace("http", "ws");

// --- Emitted events ---

// Returns the data of an event; `who` has none.
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

// --- Received events ---

// Describes the other receivers of an event, by its name and data.
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
  // An error frame of the library instead of a reply. Its `type` is the kind of error.
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
  // Setting the same text again would make a screen reader repeat it.
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
  // The log scrolls to its end unless the user has scrolled up.
  const log = $("events").parentElement;
  if (log.scrollHeight - log.scrollTop - log.clientHeight < 3 * line.offsetHeight) log.scrollTop = log.scrollHeight;
}

// Creates a symbol. Screen readers read out `words` instead, if there are any.
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
