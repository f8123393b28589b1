// The form for writing messages. A text stays in it until the server has accepted it, so it is not lost if the server
// rejects it or the connection breaks.
//
// This module does not depend on the connection. Its functions are `send`, which returns whether the text was sent, `typing`,
// and `late`, which is called if there is no reply in time.

// The limit of the server. The page shows the count, but the server checks the limit and reports errors.
const LONGEST_TEXT = 500;
const COUNT_FROM = 400;
// Minimum time between two `typing` messages, in milliseconds.
const TYPING_EVERY = 2000;
// Maximum time until the reply, in milliseconds.
const ANSWER_TIMEOUT = 10_000;

export class Composer {
  #form;
  #box;
  #button;
  #refused;
  #count;
  #wire;
  #online = false;
  // The text whose reply is outstanding, and its timer. There is one at a time, so replies need no number.
  #pending = null;
  #timer = 0;
  // A text that was sent on a connection that was lost before the reply. The server may have received it.
  #doubtful = null;
  // True if Enter was pressed again before the reply.
  #again = false;
  #toldTyping = 0;

  constructor({ form, box, refused, count }, wire) {
    this.#form = form;
    this.#box = box;
    this.#button = form.querySelector("button");
    this.#refused = refused;
    this.#count = count;
    this.#wire = wire;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    box.addEventListener("keydown", (event) => {
      // Enter does not send if it ends the composition of a character.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    box.addEventListener("input", () => this.#written());
  }

  set online(online) {
    this.#online = online;
    this.#form.classList.toggle("offline", !online);
    this.#button.ariaDisabled = String(!online);
  }

  focus() {
    this.#box.focus();
  }

  clear() {
    this.#answered();
    this.refuse("");
    this.#box.value = "";
    this.#measure();
  }

  // The server has published the user's message: its text is removed, and text that was typed after it stays.
  accept(text) {
    if (text !== this.#pending && text !== this.#doubtful) return;
    const now = this.#box.value.trimStart();
    if (now.startsWith(text)) this.#box.value = now.slice(text.length).trimStart();
    const again = this.#again;
    this.#answered();
    this.refuse("");
    this.#measure();
    if (again) this.#send();
  }

  // The server has rejected the outstanding message, if there is one.
  reject(why) {
    if (this.#pending === null) return;
    this.#answered();
    this.refuse(`Not sent. ${why}`);
  }

  // The connection was lost, so there will be no reply. `accept` may still be called if the text had arrived.
  lost(why) {
    const text = this.#pending;
    this.reject(why);
    this.#doubtful = text ?? this.#doubtful;
  }

  // Shows an error about the text, or removes it if `words` is empty.
  refuse(words) {
    this.#refused.textContent = words;
    this.#box.ariaInvalid = String(words !== "");
    this.#form.classList.toggle("invalid", words !== "");
  }

  #send() {
    const text = this.#box.value.trim();
    if (!text || !this.#online) return;
    if (this.#pending !== null) {
      this.#again = true;
      return;
    }
    if (!this.#wire.send(text)) return;
    this.refuse("");
    this.#toldTyping = 0;
    this.#doubtful = null;
    this.#pending = text;
    this.#timer = setTimeout(this.#wire.late, ANSWER_TIMEOUT);
    this.#form.ariaBusy = "true";
  }

  #answered() {
    clearTimeout(this.#timer);
    this.#pending = null;
    this.#doubtful = null;
    this.#again = false;
    this.#form.ariaBusy = "false";
  }

  #written() {
    this.#again = false;
    this.#measure();
    const length = this.#length();
    if (length <= LONGEST_TEXT) this.refuse("");
    if (this.#online && length && Date.now() - this.#toldTyping > TYPING_EVERY) {
      this.#toldTyping = Date.now();
      this.#wire.typing();
    }
  }

  #measure() {
    const length = this.#length();
    this.#count.hidden = length < COUNT_FROM;
    this.#count.textContent = `${length} of ${LONGEST_TEXT}`;
    this.#count.classList.toggle("over", length > LONGEST_TEXT);
    if (!CSS.supports("field-sizing", "content")) {
      this.#box.style.height = "auto";
      this.#box.style.height = `${this.#box.scrollHeight}px`;
    }
  }

  // The server counts characters; some characters have two code units in JavaScript.
  #length() {
    return [...this.#box.value.trim()].length;
  }
}
