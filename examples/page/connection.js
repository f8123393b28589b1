// A WebSocket that comes back by itself. It must not know what is said over it.

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
// A browser may try for minutes where packets are dropped on the way.
const CONNECT_TIMEOUT = 10_000;

// How one says text as it is, in place of JSON.
export const TEXT = { parse: (text) => text, stringify: (text) => text };

// Fires `message`, whose detail is what was parsed, and `state`, whose detail is { state, delay?, code?, reason? }:
// "connecting"; "open", the socket is; "waiting", it was lost, and the next try is `delay` milliseconds away; "refused", the
// application closed it with a code of its own (4000 to 4999) and means it, so there is no next try.
export class Connection extends EventTarget {
  #format;
  #url = null;
  #socket = null;
  #timer = 0;
  #failures = 0;

  constructor(format = JSON) {
    super();
    this.#format = format;
    // A network that goes is often noticed by the system long before a socket breaks; one that comes is worth a try at once.
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

  // Leaves for good; a page says so (1000), where a lost connection cannot.
  close() {
    this.#url = null;
    this.#drop();
  }

  // Tries now, if it is waiting.
  retry() {
    if (this.#url && !this.#socket) this.#connect();
  }

  // The connection has proved itself: the next loss is the first again. An open socket alone proves nothing, for a server
  // may close each one as soon as it is open.
  proven() {
    this.#failures = 0;
  }

  // Gives the connection up, as one that does not answer any more.
  abandon() {
    if (this.#socket) this.#lost({});
  }

  // Returns whether it went out; a socket that is about to close takes nothing.
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
    // Each listener asks whether the socket is still the one, since events of an abandoned one may be under way.
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

  // The delay doubles, and half of it is chance: pages that were cut off together must not come back together.
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

  // What cannot be parsed says nothing.
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
