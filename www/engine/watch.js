// Signs of life of a worker while somebody waits for it. One that has ended is told by a Web Lock that it held, at once; one that hangs (a pattern that backtracks for
// ever, an endless loop) is told by its silence. Not every page has locks (they need a secure context): there, a worker that has ended is told by its silence, too.
// One whose script was stopped in the middle of a call goes on answering, but computes nothing: it is told by standing still.

/** How often a worker is asked for a sign of life. // ms */
const EVERY = 500;

/**
 * So many times without one, and the worker hangs. A pass on the CPU gives a turn of the event loop every 40 ms and a GPU computes beside the worker's thread, so it can
 * answer; unpacking a large checkpoint and its tokenizer holds it up for seconds. What is counted is the page's own turns, not the clock: a page whose timers a browser
 * slows down, because it is hidden, waits the longer, and a machine that stood still has slowed both.
 */
const PATIENCE = { load: 80, other: 24 };

/** Seconds after which a worker counts as hung, as a sentence says them. */
export const SECONDS = (PATIENCE.other * EVERY) / 1000;

/**
 * `computes`: all that this call waits for is the worker itself, not a GPU or a network. `asked`: a sign of life was asked for after the call was sent; `begun`: it was given, so the worker has
 * the call. @typedef {{ method: string, computes: boolean, asked?: boolean, begun?: boolean }} Waiting
 */
/**
 * @typedef {object} Watched
 * @property {() => Waiting[]} waiting     the calls whose answers are waited for
 * @property {() => void} ask              asks the worker for a sign of life
 * @property {(hung: boolean) => void} lost   it gives none any more
 */

export class Watch {
  #watched;
  #every;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** The worker's script runs: one that is still on its way over a slow network says nothing yet, and one that cannot be loaded says so by an event. */
  #alive = false;
  /** Looks since the worker was heard. */
  #silent = 0;
  /** Looks since it answered a call or gave a turn. */
  #still = 0;
  #turns = 0;
  #asked = false;
  #ended = new AbortController();

  /**
   * @param {Watched} watched
   * @param {number} [every] // ms
   */
  constructor(watched, every = EVERY) {
    this.#watched = watched;
    this.#every = every;
  }

  /** Somebody waits from now on, or goes on waiting. */
  begin() {
    if (this.#timer !== undefined || this.#ended.signal.aborted) return;
    this.#silent = this.#still = 0;
    this.#asked = false;
    this.#timer = setInterval(() => this.#look(), this.#every);
  }

  /**
   * The worker was heard.
   * @param {number} [turns] where it only gave a sign of life: how many turns its passes have given so far
   */
  heard(turns) {
    this.#alive = true;
    this.#silent = 0;
    this.#asked = false;
    if (turns !== undefined) for (const call of this.#watched.waiting()) call.begun ||= call.asked;
    if (turns === undefined || turns !== this.#turns) this.#still = 0;
    this.#turns = turns ?? this.#turns;
  }

  /**
   * The worker holds this lock for as long as it lives: who gets it then knows that it has ended.
   * @param {string} lock
   */
  guard(lock) {
    const { signal } = this.#ended;
    navigator.locks.request(lock, { signal }, () => signal.aborted || this.#watched.lost(false)).catch(() => {});
  }

  /** Nobody asks for the worker any more. */
  end() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#ended.abort();
  }

  #look() {
    const waiting = this.#watched.waiting();
    if (waiting.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const loads = waiting.some(({ method, begun }) => method === "load" && begun);
    if (this.#alive && ++this.#silent > (loads ? PATIENCE.load : PATIENCE.other)) return this.#watched.lost(true);
    if (this.#alive && ++this.#still > PATIENCE.other && waiting.every(({ computes }) => computes))
      return this.#watched.lost(false);
    if (this.#asked) return;
    this.#asked = true;
    for (const call of waiting) call.asked = true;
    this.#watched.ask();
  }
}
