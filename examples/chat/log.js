// The log of messages. Text from people, including their names, is inserted only as text nodes, so it cannot be markup.

// Maximum number of lines. Older lines are removed, so that a page that stays open for days does not slow down.
const MOST_LINES = 500;
// A message within this time after the last one by the same person is shown without a name, in milliseconds.
const SAME_BREATH = 5 * 60_000;
// Maximum distance from the end, in pixels, at which the log still scrolls to new lines.
const NEAR = 80;

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });

export class Log {
  #box;
  #list;
  #empty;
  #newer;
  // True if the log is scrolled to the end, so that it follows new lines.
  #along = true;
  #last = null;
  #seen = new Set();

  constructor({ box, list, empty, newer }) {
    this.#box = box;
    this.#list = list;
    this.#empty = empty;
    this.#newer = newer;
    newer.addEventListener("click", () => {
      this.#toEnd();
      box.focus();
    });
    // A change of height (a keyboard, a growing composer, a turned phone) also causes a scroll event, but not by the
    // reader. A log that followed new lines still does.
    let size = "";
    const measure = () => `${box.clientHeight}/${box.scrollHeight}`;
    const settle = () => {
      if (this.#along) this.#toEnd();
      size = measure();
    };
    box.addEventListener("scroll", () => {
      if (measure() !== size) return settle();
      this.#along = this.#atEnd();
      if (this.#along) newer.hidden = true;
    }, { passive: true });
    const sizes = new ResizeObserver(settle);
    sizes.observe(box);
    sizes.observe(list);
  }

  clear() {
    this.#list.replaceChildren();
    this.#empty.hidden = false;
    this.#newer.hidden = true;
    this.#along = true;
    this.#last = null;
    this.#seen.clear();
  }

  // Shows messages from before the connection, or from while it was lost. Returns true if they continue the shown ones
  // without a gap. Screen readers do not read them out, because there may be many.
  catchUp(messages, mine) {
    const linked = this.#seen.size === 0 || messages.some(({ id }) => this.#seen.has(id));
    this.#box.setAttribute("aria-live", "off");
    for (const message of messages) this.message(message, mine.has(message.from.id));
    setTimeout(() => this.#box.removeAttribute("aria-live"), 1000);
    return linked;
  }

  // Shows a message. If it arrives again, it is not shown again.
  message({ id, from, text, at }, mine) {
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    const last = this.#last;
    const together = last?.from.id === from.id && at - last.at < SAME_BREATH;
    this.#last = { from, at };

    const line = element("li", "message");
    line.classList.toggle("mine", mine);
    line.classList.toggle("together", together);
    line.style.setProperty("--hue", hue(from.name));
    const time = element("time", "", clock.format(at));
    time.dateTime = new Date(at).toISOString();
    const said = element("p", "text", text);
    said.dir = "auto";
    const head = element("p", "head");
    head.append(element("bdi", "who", mine ? "You" : from.name), time);
    line.append(avatar(from.name), head, said);
    this.#append(line, mine);
  }

  // Shows a note about the room. `name` is the name of a person, if the note is about one, and is styled differently.
  note(words, name = "") {
    this.#last = null;
    const line = element("li", "note");
    if (name) line.append(element("bdi", "who", name), " ");
    line.append(words);
    this.#append(line, false);
  }

  #append(line, always) {
    this.#empty.hidden = true;
    this.#list.append(line);
    while (this.#list.childElementCount > MOST_LINES) this.#list.firstElementChild.remove();
    if (this.#along || always) this.#toEnd();
    else if (line.matches(".message")) this.#newer.hidden = false;
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  #toEnd() {
    this.#along = true;
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#newer.hidden = true;
  }
}

// Two letters on a colour derived from the name. They repeat the name, so they are hidden from screen readers.
export function avatar(name) {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? ["?"];
  const letters = words.length > 1 ? [words[0], words.at(-1)].map((word) => [...word][0]) : [...words[0]].slice(0, 2);
  const face = element("span", "avatar", letters.join("").toUpperCase());
  face.style.setProperty("--hue", hue(name));
  face.ariaHidden = "true";
  return face;
}

export function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function hue(name) {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)) % 360;
  return hash;
}
