// A model that reads and does not write (BERT and its kin): each text is one pass, and so is each token that the reader hides or fills in.

import { NO_EDITS, carried } from "./edits.js";
import { CAPTURE, Reading } from "./reading.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Candidate} Candidate */
/** @typedef {import("./edits.js").Edits} Edits */
/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("../engine/model.js").ModelInfo} ModelInfo */
/** @typedef {import("./reading.js").Request} Request */
/** @typedef {"words" | "classes" | "tokens" | "none"} Head */

const CANDIDATES = 10;

/** How long a pass may take before what is shown counts as old; to fade for less would be a flicker. // ms */
const PATIENCE = 100;

export class Reader extends Reading {
  /** What the model would write at each masked place. @type {{ position: number, candidates: Candidate[] }[]} */
  places = [];
  /** Tokens that the reader has changed in place, as they lie in the present text. @type {Edits} */
  edits = NO_EDITS;
  /** The text's own tokens, before the edits. @type {Piece[]} */
  plain = [];
  /** @type {Request | undefined} */
  #request;
  /** The request that the trace belongs to. @type {Request | undefined} */
  #done;

  /** @param {Model | undefined} model undefined: the page's model is not one for a reader */
  use(model) {
    this.stop();
    this.model = model;
    this.#request = undefined;
    this.#done = undefined;
    [this.source, this.traced, this.plain, this.places] = [[], [], [], []];
    this.edits = NO_EDITS;
    this.trace = undefined;
    this.stale = false;
  }

  get finished() {
    return this.#done !== undefined && this.#done === this.#request;
  }

  /**
   * Reads a text; what was read before stays, stale, until the pass is over. A newer text ends the pass of an older one.
   * @param {Request} request
   */
  async read(request) {
    if (!this.model || (this.finished && this.#done && keyOf(request) === keyOf(this.#done))) return;
    this.#request = request;
    this.stop();
    const signal = this.stoppable();
    this.cut = false;
    const waiting = setTimeout(() => this.#fade(), PATIENCE);
    try {
      await this.#look(request, signal);
    } catch (error) {
      if (request === this.#request) {
        this.cut = signal.aborted;
        this.#fade();
      }
      if (!signal.aborted || error !== signal.reason) throw error;
    } finally {
      clearTimeout(waiting);
    }
  }

  /**
   * @param {Request} request
   * @param {AbortSignal} signal
   */
  async #look(request, signal) {
    const plain = await this.tokens(request);
    if (request !== this.#request) return;
    // Edits that come with a text are of that text; those that were there before it move along with what was typed.
    this.edits = request.edits === this.edits ? carried(this.edits, idsOf(this.plain), idsOf(plain)) : request.edits;
    this.plain = plain;
    const source = await this.#edited();
    if (request !== this.#request) return;
    this.source = source;
    this.padded = request.pad;
    await this.#pass(request, signal);
  }

  #fade() {
    this.stale = this.trace !== undefined;
    this.changed();
  }

  /** What stands at each place by the reader's hand. */
  get marks() {
    const mask = this.model?.info.mask;
    return this.source.map(({ id }, position) =>
      mask != null && id === mask ? "masked" : this.edits.has(position) ? "filled" : "",
    );
  }

  /**
   * Whether a token may be hidden: not one that stands for no text, unless it hides already.
   * @param {number} position
   */
  maskable(position) {
    const piece = this.plain[position];
    const mask = this.model?.info.mask;
    if (!piece || mask == null || position >= this.plain.length - this.padded) return false;
    return !piece.special || (piece.id === mask && this.edits.has(position));
  }

  async #edited() {
    const model = /** @type {Model} */ (this.model);
    const kept = [...this.edits].filter(([position, id]) => position < this.plain.length && id < model.info.vocab);
    const pieces = await model.pieces(kept.map(([, id]) => id));
    const source = [...this.plain];
    kept.forEach(([position], i) => (source[position] = { ...source[position], ...pieces[i] }));
    return source;
  }

  /**
   * @param {Request} request
   * @param {AbortSignal} signal
   */
  async #pass(request, signal) {
    const model = /** @type {Model} */ (this.model);
    const source = this.source;
    const words = outputHeadOf(model.info) === "words";
    const { trace, places } = await this.watch(signal, async (stoppable) =>
      words
        ? model.fill(this.input, { temperature: 1, candidates: CANDIDATES, capture: CAPTURE, ...stoppable })
        : { trace: await model.run(this.input, { capture: CAPTURE, ...stoppable }), places: [] },
    );
    if (request !== this.#request) return;
    this.trace = trace;
    this.traced = source;
    this.places = places;
    this.#done = request;
    this.stale = false;
    this.changed();
  }
}

/**
 * What a model says of its input, by the axes of its scores: words at each place, classes of the text, one number a token, or nothing.
 * @param {ModelInfo} info
 * @returns {Head}
 */
export function outputHeadOf({ hooks }) {
  const axes = hooks.find(({ name }) => name === "logits")?.axes;
  if (!axes) return "none";
  return axes.includes("d_vocab") ? "words" : axes.includes("pos") ? "tokens" : "classes";
}

/**
 * The scores by which a model says whether two texts belong together: BERT's next sentence, ALBERT's order of sentences.
 * @param {Model | undefined} model
 * @returns {"nsp" | "sop" | undefined}
 */
export function pairHeadOf(model) {
  return /** @type {const} */ (["nsp", "sop"]).find((head) => model?.info.hooks.some(({ name }) => name === `${head}_logits`));
}

/** @param {Piece[]} pieces */
function idsOf(pieces) {
  return pieces.map(({ id }) => id);
}

/** @param {Request} request */
function keyOf({ edits, ...rest }) {
  return JSON.stringify({ ...rest, edits: [...edits] });
}
