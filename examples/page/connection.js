// A WebSocket that reconnects automatically. This module does not depend on the messages.

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
// Maximum time for connecting, because a browser may try for minutes if the network drops packets, in milliseconds.
const CONNECT_TIMEOUT = 10_000;

// Converters for text messages, which are used instead of those for JSON.
export const TEXT = { parse: (text) => text, stringify: (text) => text };

// Fires `message`, whose detail is the parsed message, and `state`, whose detail is { state, delay?, code?, reason? }.
// States: "connecting"; "open"; "waiting": the connection was lost, and the next attempt follows after `delay` milliseconds;
// "refused": the application closed it with one of its codes (4000 to 4999), so there is no further attempt.
export class Connection extends EventTarget {
  #format;
  #url = null;
  #socket = null;
  #timer = 0;
  #failures = 0;

  constructor(format = JSON) {
    super();
    this.#format = format;
    // The system often notices the loss of a network long before the socket breaks. When a network is back, the next
    // attempt is made at once.
    addEventListener("offline", () => this.#socket && this.#lost({}));
    addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => document.hidden || this.retry());
  }

  open(url) {
    this.close();
    this.#url = url;
    this.#failures = 0;
    this.#connect();
  }

  // Closes the connection with 1000, without reconnecting.
  close() {
    this.#url = null;
    this.#drop();
  }

  // Makes the next attempt now, if the connection is waiting for it.
  retry() {
    if (this.#url && !this.#socket) this.#connect();
  }

  // Resets the delay, because the connection works. That a socket is open does not show this, because a server may close
  // each one at once.
  proven() {
    this.#failures = 0;
  }

  // Abandons the connection, because the server no longer responds.
  abandon() {
    if (this.#socket) this.#lost({});
  }

  // Returns true if the message was sent. A closing socket sends nothing.
  send(value) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(this.#format.stringify(value));
    return true;
  }

  #connect() {
    this.#drop();
    this.#tell({ state: "connecting" });
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lost({}), CONNECT_TIMEOUT);
    // Each listener checks that its socket is the current one, because an abandoned one may still fire events.
    const on = (event, act) => socket.addEventListener(event, (e) => this.#socket === socket && act(e));
    on("open", () => {
      clearTimeout(this.#timer);
      this.#tell({ state: "open" });
    });
    on("message", ({ data }) => {
      const message = this.#parse(data);
      if (message !== null) this.dispatchEvent(new CustomEvent("message", { detail: message }));
    });
    on("close", (closed) => this.#lost(closed));
  }

  // The delay doubles, and half of it is random, so that pages that lost their connections together do not reconnect
  // together.
  #lost({ code, reason }) {
    this.#drop();
    if (code >= 4000) {
      this.#url = null;
      return this.#tell({ state: "refused", code, reason });
    }
    const most = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#failures);
    const delay = most / 2 + (Math.random() * most) / 2;
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#connect(), delay);
    this.#tell({ state: "waiting", delay, code, reason });
  }

  #drop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  // Messages that cannot be parsed are ignored.
  #parse(data) {
    try {
      return this.#format.parse(data);
    } catch {
      return null;
    }
  }

  #tell(detail) {
    this.dispatchEvent(new CustomEvent("state", { detail }));
  }
}
