// The page: an entrance form for the name and the room, and the room. Its messages are `Say` and `Heard` of main.rs.

import { Composer } from "/composer.js";
import { Connection } from "/connection.js";
import { Log } from "/log.js";
import { People } from "/people.js";

const $ = (id) => document.getElementById(id);

const connection = new Connection();
const log = new Log({ box: $("log"), list: $("messages"), empty: $("empty"), newer: $("newer") });
const people = new People({
  list: $("people-list"),
  count: $("people-count"),
  typing: $("typing"),
  who: $("typing-who"),
});
const composer = new Composer(
  { form: $("compose"), box: $("text"), refused: $("refused"), count: $("count") },
  {
    send: (text) => connection.send({ type: "text", text }),
    typing: () => connection.send({ type: "typing" }),
    late: () => connection.abandon(),
  },
);

// Numbers of this tab's person in the room; each connection gets a new one.
const mine = new Set();
let place = "";
// True once the room has sent its welcome message.
let welcomed = false;
// "connecting", "online" or "lost".
let state = "connecting";
let countdown = 0;
let unread = 0;

// --- The entrance form ---

$("join").addEventListener("submit", (event) => {
  event.preventDefault();
  enter($("name").value.trim(), $("place").value.trim());
});

$("leave").addEventListener("click", leave);
addEventListener("hashchange", () => {
  if (roomInAddress() !== place) leave();
});

function enter(name, room) {
  place = room;
  remember("localStorage", "name", name);
  remember("sessionStorage", "in", place);
  history.replaceState(null, "", `#${encodeURIComponent(place)}`);
  mine.clear();
  welcomed = false;
  log.clear();
  people.reset([], mine);
  $("title").textContent = place;
  $("log").ariaLabel = `Messages in ${place}`;
  setTitle();
  setState("connecting");
  show("room");
  const url = new URL(`/chat/${encodeURIComponent(place)}`, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.search = new URLSearchParams({ name });
  connection.open(url);
  composer.focus();
}

function leave() {
  connection.close();
  composer.clear();
  openPeople(false);
  clearInterval(countdown);
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

connection.addEventListener("state", ({ detail: { state: now, delay, code, reason } }) => {
  if (now === "refused") {
    leave();
    $("turned-away").textContent = sentence(reason || "the room did not let you in");
  }
  if (now === "waiting") {
    // Only the loss is reported, not the attempts to reconnect that fail after it.
    if (state === "online") log.note("The connection was lost");
    setState("lost");
    people.quiet();
    // 1009: the message was longer than the limit (RFC 6455, 7.4.1).
    if (code === 1009) composer.reject("It is more than the server takes at all.");
    else composer.lost("The connection was lost on the way.");
    retryIn(delay);
  }
});

$("retry").addEventListener("click", () => connection.retry());

function setState(now) {
  state = now;
  const words = { connecting: "Connecting", online: "Connected", lost: "Reconnecting" }[now];
  // Setting the same text again would make a screen reader repeat it.
  if ($("state").textContent !== words) $("state").textContent = words;
  $("state").dataset.state = now;
  $("room").classList.toggle("lost", now === "lost");
  composer.online = now === "online";
  // If the focused button is about to be hidden, the focus moves to another element.
  if (now !== "lost" && document.activeElement === $("retry")) composer.focus();
  $("offline").hidden = now !== "lost";
  if (now !== "lost") clearInterval(countdown);
}

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

// --- Messages from the server ---

connection.addEventListener("message", ({ detail: heard }) => {
  switch (heard.type) {
    case "welcome":
      return welcome(heard);
    case "joined":
      people.joined(heard.who, mine);
      return log.note("joined", heard.who.name);
    case "left":
      people.left(heard.who, mine);
      return log.note("left", heard.who.name);
    case "typing":
      return people.typing(heard.who);
    case "text":
      return said(heard);
    // The two kinds of error frames that the library sends instead of a reply.
    case "validation":
      return composer.reject(heard.errors.map(complaint).join(" ") || sentence(heard.detail));
    case "error":
      return composer.reject("The server could not take it.");
  }
});

function welcome({ you, here, recent }) {
  connection.proven();
  mine.add(you);
  remember("sessionStorage", "mine", [...mine].join(" "));
  people.reset(here, mine);
  for (const { from, text } of recent) if (mine.has(from.id)) composer.accept(text);
  const linked = log.catchUp(recent, mine);
  if (welcomed) log.note(linked ? "Connected again" : "Connected again. What was said in between may be missing");
  welcomed = true;
  setState("online");
}

function said(message) {
  const own = mine.has(message.from.id);
  if (own) composer.accept(message.text);
  people.stopped(message.from.id);
  log.message(message, own);
  if (document.hidden && !own) {
    unread += 1;
    setTitle();
  }
}

// The message of a validation error is a sentence without a subject. The subject is the last key of the error's path.
function complaint({ path, message }) {
  return sentence(`the ${path.split("/").at(-1) || "message"} ${message}`);
}

function sentence(words) {
  const capital = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

// --- The window ---

$("people-toggle").addEventListener("click", () => openPeople(!$("people").classList.contains("open")));
addEventListener("keydown", ({ key }) => key === "Escape" && openPeople(false));

function openPeople(open) {
  $("people").classList.toggle("open", open);
  $("people-toggle").ariaExpanded = String(open);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  setTitle();
});

function setTitle() {
  document.title = `${unread ? `(${unread}) ` : ""}${place ? `#${place}` : "Chat"}`;
}

function roomInAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

// A browser may deny storage. In that case the page remembers nothing.
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

// After a reload the page joins the same room under the same name. A link to a room shows the entrance form first.
const room = roomInAddress();
const known = recall("localStorage", "name");
if (room && known && recall("sessionStorage", "in") === room) {
  const had = recall("sessionStorage", "mine").split(" ").map(Number);
  enter(known, room);
  for (const id of had) mine.add(id);
} else {
  atDoor(room || "lobby");
}
