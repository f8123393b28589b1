// The conversation on the page. What people type, names included, reaches the document as text nodes and as nothing else.

// Older lines go, so that a page left open for days stays light.
const MOST_LINES = 500;
// A message within this time of the same person's last one stands under it, without a name of its own.
const SAME_BREATH = 5 * 60_000;
// How near the end, in pixels, counts as reading along.
const NEAR = 80;

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });

export class Log {
  #box;
  #list;
  #empty;
  #newer;
  // Whether the reader is at the end, and so wants to see what comes.
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
    // A height that changes (a keyboard, a growing composer, a turned phone) scrolls too, and is not the reader's doing:
    // who read along goes on doing so.
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

  // What was said before one came, or while one was away. Returns whether it links up with what stands here already.
  // It is not read out: a screen reader would recite all of it.
  catchUp(messages, isMine) {
    const linked = this.#seen.size === 0 || messages.some(({ id }) => this.#seen.has(id));
    this.#box.setAttribute("aria-live", "off");
    for (const message of messages) this.message(message, isMine(message.from));
    setTimeout(() => this.#box.removeAttribute("aria-live"), 1000);
    this.#toEnd();
    return linked;
  }

  // Shows a message once, however often it arrives.
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

  // A line about the room: `name`, if there is one, is somebody's and stands apart from our words.
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

// Two letters on the name's own colour. It repeats the name, so it is hidden from those who hear the page.
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
