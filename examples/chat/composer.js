// Where one writes. A text stays here until the server has answered it, so neither a refusal nor a loss takes it away.
//
// It must not know how a text travels: it is given `send`, which says whether it went out, `typing`, and `late`, which is
// called when an answer does not come.

// The server's limit. The page counts for the reader's sake; the server decides, and says why it refuses.
const LONGEST_TEXT = 500;
const COUNT_FROM = 400;
// Told at most this often, in milliseconds.
const TYPING_EVERY = 2000;
// How long an answer may take, in milliseconds.
const ANSWER_TIMEOUT = 10_000;

export class Composer {
  #form;
  #box;
  #button;
  #refused;
  #count;
  #wire;
  #online = false;
  // The text that is not answered yet, and its timer. There is one at a time, so an answer needs no number.
  #pending = null;
  #timer = 0;
  // A text that went out on a connection that was lost before an answer: it may have arrived.
  #doubtful = null;
  // Whether Enter was pressed again meanwhile.
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
      // An Enter that ends the composition of a character is not one that sends.
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

  // One's own message came back: it leaves the composer, what was written behind it stays.
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

  // The message under way, if there is one, was not taken.
  reject(why) {
    if (this.#pending === null) return;
    this.#answered();
    this.refuse(`Not sent. ${why}`);
  }

  // The connection is gone, and the answer with it. `accept` may still tell that the text arrived.
  lost(why) {
    const text = this.#pending;
    this.reject(why);
    this.#doubtful = text ?? this.#doubtful;
  }

  // Says what is wrong with the text; with no words, that nothing is any more.
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

  // As the server counts: characters, not the halves that some of them have in JavaScript.
  #length() {
    return [...this.#box.value.trim()].length;
  }
}
