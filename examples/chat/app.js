// The page: a door to choose name and room at, and the room. It speaks the messages of `Say` and `Heard` in main.rs.

import { Connection } from "/connection.js";
import { Log, avatar, element } from "/log.js";

// The server's limit. The page counts for the reader's sake; the server decides, and says why it refuses.
const LONGEST_TEXT = 500;
const COUNT_FROM = 400;
// Told at most this often, and believed for a little longer, in milliseconds.
const TYPING_EVERY = 2000;
const TYPING_LASTS = 3500;
// How long the server may take to answer a message before the connection counts as dead.
const ANSWER_TIMEOUT = 10_000;

const $ = (id) => document.getElementById(id);

const connection = new Connection();
const log = new Log({ box: $("log"), list: $("messages"), empty: $("empty"), newer: $("newer") });

// Who is in the room, by number: names may repeat.
const people = new Map();
// Until when each of them is shown as typing: number to timer.
const typing = new Map();
// The numbers that this page has had in the room; each connection gets a new one.
const mine = new Set();

let name = "";
let place = "";
let online = false;
// The message that the server has not answered yet: { text, timer }. There is one at a time, so an answer needs no number.
let pending = null;
let sendAgain = false;
let toldTyping = 0;
let unread = 0;
let lastLoss = null;

// --- The door ---

$("join").addEventListener("submit", (event) => {
  event.preventDefault();
  enter($("name").value.trim(), $("place").value.trim());
});

$("leave").addEventListener("click", leave);
addEventListener("hashchange", () => {
  if (roomInAddress() !== place) leave();
});

function enter(newName, newPlace) {
  name = newName;
  place = newPlace;
  remember("localStorage", "name", name);
  remember("sessionStorage", "in", place);
  history.replaceState(null, "", `#${encodeURIComponent(place)}`);
  mine.clear();
  log.clear();
  $("title").textContent = place;
  $("log").ariaLabel = `Messages in ${place}`;
  setTitle();
  show("room");
  const url = new URL(`/chat/${encodeURIComponent(place)}`, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.search = new URLSearchParams({ name });
  connection.open(url);
  $("text").focus();
}

function leave() {
  connection.close();
  offline();
  forget();
  place = "";
  remember("sessionStorage", "in", "");
  setTitle();
  atDoor(roomInAddress() || "lobby");
}

function atDoor(room) {
  $("turned-away").textContent = "";
  $("name").value = recall("localStorage", "name");
  $("place").value = room;
  show("door");
  ($("name").value ? $("place") : $("name")).focus();
}

function show(id) {
  for (const main of document.querySelectorAll("main")) main.hidden = main.id !== id;
}

// --- The connection ---

connection.addEventListener("state", ({ detail }) => {
  const { state, delay, reason } = detail;
  if (state === "refused") {
    leave();
    $("turned-away").textContent = sentence(reason || "the room did not let you in");
    return;
  }
  if (state === "waiting") {
    // Only the first loss is news; tries that fail after it are not.
    if (online) log.note("The connection was lost");
    lastLoss = detail;
    offline();
    retryIn(delay);
  }
  if (state !== "open") setState(lastLoss ? "lost" : "connecting");
});

$("retry").addEventListener("click", () => connection.retry());

function setState(state) {
  const words = { connecting: "Connecting", online: "Connected", lost: "Reconnecting" }[state];
  // The same words again would be read out again.
  if ($("state").textContent !== words) $("state").textContent = words;
  $("state").dataset.state = state;
  // A button that goes must not take the focus along.
  if (state !== "lost" && document.activeElement === $("retry")) $("text").focus();
  $("offline").hidden = state !== "lost";
  $("room").classList.toggle("lost", state === "lost");
  $("compose").classList.toggle("offline", state !== "online");
  $("compose").querySelector("button").ariaDisabled = String(state !== "online");
  if (state !== "lost") clearInterval(countdown);
}

let countdown = 0;

function retryIn(delay) {
  const until = Date.now() + delay;
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    const when = seconds ? `Trying again in ${seconds}\u00a0s.` : "Trying again now.";
    $("offline-text").textContent = `Not connected. ${when} What you write stays here.`;
  };
  clearInterval(countdown);
  countdown = setInterval(tick, 500);
  tick();
}

function offline() {
  online = false;
  for (const id of [...typing.keys()]) stoppedTyping(id);
  if (pending) {
    const tooBig = lastLoss?.code === 1009;
    refuse(tooBig ? "This is more than the server takes at all." : "The connection was lost on the way: please send it again.");
  }
}

// --- What the server says ---

connection.addEventListener("message", ({ detail: heard }) => {
  switch (heard.type) {
    case "welcome":
      return welcome(heard);
    case "joined":
      people.set(heard.who.id, heard.who);
      showPeople();
      return log.note("joined", heard.who.name);
    case "left":
      people.delete(heard.who.id);
      stoppedTyping(heard.who.id);
      showPeople();
      return log.note("left", heard.who.name);
    case "typing":
      return startedTyping(heard.who);
    case "text":
      return said(heard);
    // The two frames that the library sends in place of an answer.
    case "validation":
      return pending && refuse(heard.errors.map(complaint).join(" ") || sentence(heard.detail));
    case "error":
      return pending && refuse("The server could not take it.");
  }
});

function welcome({ you, here, recent }) {
  connection.proven();
  const again = mine.size > 0;
  mine.add(you);
  people.clear();
  for (const person of here) people.set(person.id, person);
  showPeople();
  for (const message of recent) acknowledge(message);
  const linked = log.catchUp(recent, ({ id }) => mine.has(id));
  if (again) log.note(linked ? "Connected again" : "Connected again. What was said in between may be missing");
  online = true;
  lastLoss = null;
  setState("online");
}

function said(message) {
  const own = mine.has(message.from.id);
  acknowledge(message);
  stoppedTyping(message.from.id);
  log.message(message, own);
  if (document.hidden && !own) {
    unread += 1;
    setTitle();
  }
}

// --- Writing ---

$("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});

$("text").addEventListener("keydown", (event) => {
  // An Enter that ends the composition of a character is not one that sends.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
});

$("text").addEventListener("input", () => {
  written();
  if (length() <= LONGEST_TEXT) refuse("");
  if (online && length() && Date.now() - toldTyping > TYPING_EVERY) {
    toldTyping = Date.now();
    connection.send({ type: "typing" });
  }
});

// The text stays in the composer until the server has answered, so a refusal or a loss takes nothing away.
function send() {
  const text = $("text").value.trim();
  if (!text) return;
  if (pending) {
    sendAgain = true;
    return;
  }
  if (!online || !connection.send({ type: "text", text })) return;
  refuse("");
  toldTyping = 0;
  pending = { text, timer: setTimeout(() => connection.abandon(), ANSWER_TIMEOUT) };
  $("compose").ariaBusy = "true";
}

// Our own message came back, live or among what was said while we were away: what it holds leaves the composer, what was
// written behind it stays.
function acknowledge({ from, text }) {
  if (!pending || pending.text !== text || !mine.has(from.id)) return;
  const now = $("text").value.trimStart();
  if (now.startsWith(text)) $("text").value = now.slice(text.length).trimStart();
  answered();
  written();
  if (sendAgain) {
    sendAgain = false;
    send();
  }
}

// Shows why the last message was not taken; with no words, takes that away.
function refuse(words) {
  if (words) answered();
  sendAgain = false;
  $("refused").textContent = words && `Not sent. ${words}`;
  $("text").ariaInvalid = String(Boolean(words));
  $("compose").classList.toggle("invalid", Boolean(words));
}

function answered() {
  clearTimeout(pending?.timer);
  pending = null;
  $("compose").ariaBusy = "false";
}

function forget() {
  answered();
  refuse("");
  $("text").value = "";
  written();
  people.clear();
  showPeople();
  lastLoss = null;
}

// As the server counts: characters, not the halves that some of them have in JavaScript.
function length() {
  return [...$("text").value.trim()].length;
}

function written() {
  const now = length();
  $("count").hidden = now < COUNT_FROM;
  $("count").textContent = `${now} of ${LONGEST_TEXT}`;
  $("count").classList.toggle("over", now > LONGEST_TEXT);
  if (!CSS.supports("field-sizing", "content")) {
    $("text").style.height = "auto";
    $("text").style.height = `${$("text").scrollHeight}px`;
  }
}

// --- People ---

$("people-toggle").addEventListener("click", () => openPeople(!$("people").classList.contains("open")));
addEventListener("keydown", ({ key }) => key === "Escape" && openPeople(false));

function openPeople(open) {
  $("people").classList.toggle("open", open);
  $("people-toggle").ariaExpanded = String(open);
}

function showPeople() {
  const lines = [...people.values()].map(({ id, name }) => {
    const line = element("li", "person");
    line.append(avatar(name), element("bdi", "who", name));
    if (mine.has(id)) line.append(element("span", "you", "you"));
    return line;
  });
  $("people-list").replaceChildren(...lines);
  $("people-count").textContent = people.size;
}

function startedTyping({ id }) {
  clearTimeout(typing.get(id));
  typing.set(id, setTimeout(() => stoppedTyping(id), TYPING_LASTS));
  showTyping();
}

function stoppedTyping(id) {
  clearTimeout(typing.get(id));
  typing.delete(id);
  showTyping();
}

function showTyping() {
  const names = [...typing.keys()].flatMap((id) => people.get(id)?.name ?? []);
  $("typing").hidden = names.length === 0;
  const [one, two] = names.map((name) => element("bdi", "who", name));
  if (names.length > 2) $("typing-who").replaceChildren("Several people are typing");
  else if (two) $("typing-who").replaceChildren(one, " and ", two, " are typing");
  else if (one) $("typing-who").replaceChildren(one, " is typing");
}

// --- The window ---

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  setTitle();
});

function setTitle() {
  document.title = `${unread ? `(${unread}) ` : ""}${place ? `#${place}` : "Chat"}`;
}

// An issue's message is a sentence without its subject, which is the last key of its path: "/text" is the text.
function complaint({ path, message }) {
  return sentence(`the ${path.split("/").at(-1) || "message"} ${message}`);
}

function sentence(words) {
  const capital = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

function roomInAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

// A browser may deny storage; the page then only forgets.
function remember(storage, key, value) {
  try {
    window[storage].setItem(key, value);
  } catch {}
}

function recall(storage, key) {
  try {
    return window[storage].getItem(key) ?? "";
  } catch {
    return "";
  }
}

// A reload comes back to the room that one was in; a link to a room asks for a name first.
const room = roomInAddress();
if (room && recall("sessionStorage", "in") === room && recall("localStorage", "name")) enter(recall("localStorage", "name"), room);
else atDoor(room || "lobby");
