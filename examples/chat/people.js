// The people in the room, and those who are typing. A person is identified by a number, because names may be equal.

import { avatar, element } from "/log.js";

// Time for which a person is shown as typing after the last `typing` message, in milliseconds. Pages send one every two seconds.
const TYPING_LASTS = 3500;

export class People {
  #list;
  #count;
  #typing;
  #who;
  // Names by number, in the order in which people joined.
  #names = new Map();
  // Timers by number; each ends the display of a person as typing.
  #timers = new Map();

  constructor({ list, count, typing, who }) {
    this.#list = list;
    this.#count = count;
    this.#typing = typing;
    this.#who = who;
  }

  // Replaces all people. `mine` is the number of the user's own person, which is marked.
  reset(people, mine) {
    this.quiet();
    this.#names = new Map(people.map(({ id, name }) => [id, name]));
    this.#show(mine);
  }

  joined({ id, name }, mine) {
    this.#names.set(id, name);
    this.#show(mine);
  }

  left({ id }, mine) {
    this.stopped(id);
    this.#names.delete(id);
    this.#show(mine);
  }

  typing({ id }) {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(id, setTimeout(() => this.stopped(id), TYPING_LASTS));
    this.#showTyping();
  }

  stopped(id) {
    clearTimeout(this.#timers.get(id));
    if (this.#timers.delete(id)) this.#showTyping();
  }

  // Shows no person as typing.
  quiet() {
    for (const id of [...this.#timers.keys()]) this.stopped(id);
  }

  #show(mine) {
    const lines = [...this.#names].map(([id, name]) => {
      const line = element("li", "person");
      line.append(avatar(name), element("bdi", "who", name));
      if (mine.has(id)) line.append(element("span", "you", "you"));
      return line;
    });
    this.#list.replaceChildren(...lines);
    this.#count.textContent = lines.length;
  }

  #showTyping() {
    const names = [...this.#timers.keys()].flatMap((id) => this.#names.get(id) ?? []);
    const [one, two] = names.map((name) => element("bdi", "who", name));
    this.#typing.hidden = names.length === 0;
    if (names.length > 2) this.#who.replaceChildren("Several people are typing");
    else if (two) this.#who.replaceChildren(one, " and ", two, " are typing");
    else if (one) this.#who.replaceChildren(one, " is typing");
  }
}
