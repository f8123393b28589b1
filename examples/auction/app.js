// The page: a form to choose a lot, a form to bid, and a log. Its messages are `Say` and `Heard` of main.rs.

import { Connection } from "/connection.js";

// Maximum number of lines in the log; older lines are removed.
const MOST_LINES = 100;

const $ = (id) => document.getElementById(id);
const connection = new Connection();
// Time when the lot ends, by the clock of this page; 0 if no lot is selected.
let ends = 0;

async function list() {
  const lots = await (await fetch("/api/lots")).json();
  const options = lots.map(({ lot, title }) => new Option(`${lot}: ${title}`, lot));
  $("lot").replaceChildren(...options);
}

$("join").addEventListener("submit", (event) => {
  event.preventDefault();
  const url = new URL(`/lots/${$("lot").value}`, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.search = new URLSearchParams({ name: $("name").value });
  show("connecting");
  connection.open(url);
});

$("bid").addEventListener("submit", (event) => {
  event.preventDefault();
  const amount = Number($("amount").value);
  if (!connection.send({ type: "bid", amount })) add("private", "Not sent: there is no connection.");
});

connection.addEventListener("state", ({ detail: { state, reason } }) => {
  if (state === "open") show("online");
  if (state === "waiting") show("lost");
  // The server closed with an application code, so the page does not reconnect.
  if (state === "refused") {
    show("closed");
    add("private", `Closed: ${reason || "no reason given"}.`);
  }
});

connection.addEventListener("message", ({ detail: heard }) => {
  connection.proven();
  switch (heard.type) {
    case "lot":
      lot(heard);
      return add("public", heard.leader ? `${heard.leader} leads with ${heard.next - 1}.` : "There is no bid yet.");
    case "remark":
      return add("public", `${heard.from}: ${heard.text}`);
    case "notice":
      return add("public", `Notice: ${heard.text}`);
    case "refused":
      return add("private", `Your bid was refused: ${heard.reason}.`);
    case "outbid":
      return add("private", `${heard.by} has outbid you.`);
    case "sold":
      lot(heard);
      return add("public", heard.leader ? `Sold to ${heard.leader} for ${heard.next - 1}.` : "Not sold.");
    case "won":
      return add("private", `You have won: ${heard.title}.`);
    case "validation":
      return add("private", "That is not a bid.");
  }
});

function lot({ title, next, leader, left }) {
  ends = left ? Date.now() + left : 0;
  $("title").textContent = title;
  $("leader").textContent = leader ? `Highest bidder: ${leader}.` : `Starts at ${next}.`;
  $("amount").min = next;
  $("amount").value = next;
  tick();
}

function tick() {
  const seconds = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
  $("left").textContent = ends ? `${seconds}\u00a0s left.` : "";
}

function show(state) {
  $("state").textContent = { connecting: "Connecting", online: "Connected", lost: "Reconnecting", closed: "Not connected" }[state];
  $("state").dataset.state = state;
}

function add(kind, text) {
  const line = document.createElement("li");
  line.className = kind;
  line.textContent = text;
  $("events").append(line);
  if ($("events").childElementCount > MOST_LINES) $("events").firstElementChild.remove();
  const log = $("events").parentElement;
  log.scrollTop = log.scrollHeight;
}

setInterval(tick, 500);
list();
