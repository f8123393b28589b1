// The page: signs in by REST, then talks in the lobby over a socket that has the same session.

import { Connection } from "/connection.js";

// Lines that are kept; older ones go.
const MOST_LINES = 200;

// The application's close code for a socket without a session.
const SIGN_IN = 4401;

const $ = (id) => document.getElementById(id);

const connection = new Connection();
const url = new URL("/live/rooms/lobby", location.href);
url.protocol = url.protocol.replace("http", "ws");

$("door").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await fetch("/api/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: $("name").value }),
  });
  if (answer.ok) connection.open(url);
});

$("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  if (event.submitter?.value === "notice") {
    await fetch("/api/rooms/lobby/notices", { method: "POST", body: text });
  } else if (!connection.send({ text })) {
    return;
  }
  $("text").value = "";
});

connection.addEventListener("message", ({ detail: heard }) => {
  connection.proven();
  if (heard.type === "welcome") return show("online", `Signed in as ${heard.name}`);
  if (heard.type === "said" || heard.type === "notice") return add(heard);
  // A frame of the library's, in place of an answer.
  add({ type: "wrong", from: "Server", text: heard.detail });
});

connection.addEventListener("state", ({ detail: { state, code } }) => {
  if (state === "waiting") show("lost", "Reconnecting");
  if (state === "refused") show("refused", code === SIGN_IN ? "Sign in" : "Refused");
});

function show(state, words) {
  // The same words again would be read out again.
  if ($("state").textContent !== words) $("state").textContent = words;
  $("state").dataset.state = state;
  $("door").hidden = state !== "refused";
  $("say").hidden = state === "refused";
}

function add({ type, from, text }) {
  const line = document.createElement("li");
  line.className = type;
  for (const [part, words] of [["from", type === "notice" ? `${from}, by REST` : from], ["text", text]]) {
    const span = document.createElement("span");
    span.className = part;
    span.textContent = words;
    line.append(span);
  }
  $("heard").append(line);
  if ($("heard").childElementCount > MOST_LINES) $("heard").firstElementChild.remove();
  $("heard").parentElement.scrollTop = $("heard").parentElement.scrollHeight;
}

// Somebody who has signed in before has the cookie.
fetch("/api/session").then(({ ok }) => (ok ? connection.open(url) : show("refused", "Sign in")));
