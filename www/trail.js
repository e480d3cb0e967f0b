// What the reader did, to be taken back and done again: the page's whole state is its hash, so a step is a hash.

/** Changes that follow each other faster than this are one step: a word being typed, a slider being moved. // ms */
const PAUSE = 700;

export class Trail extends EventTarget {
  /** @type {string[]} */
  #past = [];
  /** @type {string[]} */
  #future = [];
  #now;
  #last = -Infinity; // ms

  /** @param {string} now the page's state as it came */
  constructor(now) {
    super();
    this.#now = now;
  }

  get undoable() {
    return this.#past.length > 0;
  }

  get redoable() {
    return this.#future.length > 0;
  }

  /**
   * A new state, by the reader's hand.
   * @param {string} hash
   * @param {number} [time] // ms
   */
  note(hash, time = performance.now()) {
    if (hash === this.#now) return;
    if (time - this.#last > PAUSE) this.#past.push(this.#now);
    [this.#now, this.#future, this.#last] = [hash, [], time];
    this.dispatchEvent(new Event("change"));
  }

  /**
   * What the page shows is told in more detail than before: no step of its own.
   * @param {string} hash
   */
  amend(hash) {
    this.#now = hash;
  }

  /** @returns {string | undefined} the state before, which the page takes on */
  undo() {
    return this.#move(this.#past, this.#future);
  }

  /** @returns {string | undefined} */
  redo() {
    return this.#move(this.#future, this.#past);
  }

  /**
   * @param {string[]} from
   * @param {string[]} to
   */
  #move(from, to) {
    const hash = from.pop();
    if (hash === undefined) return undefined;
    to.push(this.#now);
    [this.#now, this.#last] = [hash, -Infinity];
    this.dispatchEvent(new Event("change"));
    return hash;
  }
}
