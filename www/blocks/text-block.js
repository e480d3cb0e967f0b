// A block that does something with one model and one text: it begins anew when the reader types another text, and does one thing at a time.

import { html, nothing } from "lit";
import { Pause } from "../pause.js";
import { Block } from "./block.js";

/** @typedef {import("../engine/model.js").Model} Model */

/** How long the reader must pause before a half-typed text is read. // ms */
const TYPING_PAUSE = 200;

/** Work that is over sooner says nothing of itself: it would only flicker. // ms */
const SHORT = 100;

/** So long a pass is worth a way to stop it. // ms */
const LONG = 500;

/** A subclass overrides `read()`, which runs for a new model and for a new text. Its settings have `model` and `text`. */
export class TextBlock extends Block {
  static properties = { busy: { state: true }, long: { state: true } };

  /** @type {Model | undefined} */
  held;
  #typing = new Pause();
  #stopping = new AbortController();
  /** It was stopped because other settings came, which will be read. */
  #overtaken = false;
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();

  constructor() {
    super();
    /** How many things are being done or wait. */
    this.busy = 0;
    /** What is being done takes long. */
    this.long = false;
  }

  /** Ends when the reader stops what is being done. */
  get signal() {
    return this.#stopping.signal;
  }

  /** Stops what is being done; what is there already stays. */
  stop() {
    this.#stopping.abort();
  }

  /**
   * For work of many parts, to be called after each: shows the share that is done, and ends the work where it was stopped.
   * @returns {(share: number) => void} share: 0..1
   */
  progress() {
    const { signal } = this;
    return (share) => {
      signal.throwIfAborted();
      if (this.loading) this.loading = { stage: "working", fraction: share };
    };
  }

  /** For a pass: it ends when the reader stops it, and shows how far it is. @returns {Required<import("../engine/turns.js").Stoppable>} */
  get stoppable() {
    return { signal: this.signal, onProgress: this.progress() };
  }

  /** Stops what is being done; once something was stopped, does it after all. */
  stopOrAgain() {
    if (this.busy > 0) return html`<button type="button" @click=${() => this.stop()}>${this.say("stop")}</button>`;
    return this.signal.aborted && !this.#overtaken
      ? html`<button type="button" @click=${() => this.work(() => this.read())}>${this.say("retry")}</button>`
      : nothing;
  }

  /** The same where it would come and go with each short work. */
  stopLongOrAgain() {
    return this.busy > 0 && !this.loading ? nothing : this.stopOrAgain();
  }

  /** The same where what is done is a pass, as a rule over before anybody could stop it. */
  stopPassOrAgain() {
    return this.busy > 0 && !this.long ? nothing : this.stopOrAgain();
  }

  get unfinished() {
    return super.unfinished || this.busy > 0;
  }

  /** The model at hand. @returns {Model} */
  get engine() {
    return /** @type {Model} */ (this.held);
  }

  async begin() {
    const { model } = this.settings;
    this.held = undefined;
    this.forget();
    this.held = await this.use(model);
    await this.inTurn(() => this.read());
  }

  left() {
    this.stop();
    this.#typing.cancel();
    this.held = undefined;
    this.forget();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    const again = ["text", ...this.rereads].some((name) => changed.has(name));
    if (!this.held || !again || changed.has("model") || changed.has("loaded")) return;
    this.stop();
    this.#overtaken = true;
    this.#typing.after(
      TYPING_PAUSE,
      () => this.inTurn(() => this.read()),
      (action) => this.attempt(action),
    );
  }

  /** Other settings by whose change all begins anew. @returns {string[]} */
  get rereads() {
    return [];
  }

  /** Begins with the text as it is now. */
  async read() {}

  /** The model goes: what was computed with it is no longer of use. */
  forget() {}

  /**
   * Does something by the reader's hand, after what is being done.
   * @param {() => Promise<unknown>} action
   */
  work(action) {
    return this.attempt(() => this.inTurn(action));
  }

  /**
   * @param {() => Promise<unknown>} action
   * @returns {Promise<unknown>}
   */
  inTurn(action) {
    this.busy++;
    const turn = this.#turn.then(() => this.#do(action)).finally(() => this.busy--);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** @param {() => Promise<unknown>} action */
  async #do(action) {
    if (this.signal.aborted) this.#stopping = new AbortController();
    this.#overtaken = false;
    const shown = setTimeout(() => (this.loading = { stage: "working", fraction: 0 }), SHORT);
    const long = setTimeout(() => (this.long = true), LONG);
    try {
      await action();
    } finally {
      clearTimeout(shown);
      clearTimeout(long);
      this.loading = undefined;
      this.long = false;
    }
  }
}
