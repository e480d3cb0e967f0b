// One text being read and one being written: run, step, back, and what they leave behind. Knows the model, not the page.

import { appendStep } from "./trace.js";

/** @typedef {import("./trace.js").Piece} Piece */
/** @typedef {import("./trace.js").Step} Step */
/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./trace.js").Candidate} Candidate */
/** @typedef {import("./model.js").Model} Model */
/** @typedef {{ text: string, prefix: string, pad: number }} Request */
/** @typedef {{ temperature: number, topK: number, topP: number, seed: number, beams: number, max: number }} Settings */

const CAPTURE = ["*.hook_pattern", "*.hook_attn_scores", "*.hook_attn_scores_unmasked"];
const DECODER_SCORES = ["decoder.*.attn.hook_attn_scores", "decoder.*.attn.hook_attn_scores_unmasked"];
const CANDIDATES = 10;

export class Player extends EventTarget {
  /** @type {Model | undefined} */
  model;
  /** The input's tokens. @type {Piece[]} */
  source = [];
  /** Tokens of the task's prefix at the start of `source`. */
  prefixLength = 0;
  /** Padding tokens at its end. */
  padded = 0;
  /** The token that the decoder starts from. @type {Piece | undefined} */
  startPiece;
  /** @type {Step[]} */
  steps = [];
  /** The traces of all steps so far, grown row by row. @type {Trace | undefined} */
  trace;
  /** The distribution over the next token. @type {Candidate[]} */
  next = [];
  /** The text written so far. */
  text = "";
  running = false;
  /** What is shown belongs to an older input. */
  stale = false;
  /** The limit on tokens was reached before an end token. */
  cutShort = false;

  /** @type {any} */
  #generation;
  /** @type {Request | undefined} */
  #request;
  #stopped = false;
  /** Settings may change while a run goes on. @type {Settings} */
  #settings = { temperature: 0, topK: 0, topP: 1, seed: 1, beams: 1, max: 64 };

  /** @param {Model} model */
  async use(model) {
    await this.#forget();
    this.model = model;
    this.source = [];
    [this.startPiece] = await model.pieces([model.info.decoderStart]);
    if (this.#request) await this.read(this.#request);
  }

  get finished() {
    return this.steps.at(-1)?.done ?? false;
  }

  /** A token, measured on the steps so far. // ms */
  get ms() {
    const times = this.steps.slice(1).map(({ ms }) => ms).sort((a, b) => a - b);
    return times.length > 0 ? times[Math.floor(times.length / 2)] : undefined;
  }

  /**
   * A new input: its tokens at once; what was generated before stays, stale, until the next step.
   * @param {Request} request
   */
  async read(request) {
    const same = JSON.stringify(request) === JSON.stringify(this.#request);
    if (same && this.source.length > 0) return;
    this.#request = request;
    if (!this.model) return;
    if (this.steps.length > 0 || this.#generation) this.stale = true;
    this.stop();
    const pieces = await this.#tokens(request);
    if (request !== this.#request) return;
    this.source = pieces;
    this.padded = request.pad;
    this.prefixLength = countPrefix(pieces, request.prefix);
    this.#changed();
  }

  /** @param {Settings} settings */
  async set(settings) {
    this.#settings = settings;
    if (!this.running && this.#generation && !this.stale) await this.#lookAhead();
  }

  /**
   * Writes one token; `force` says which.
   * @param {number} [force]
   */
  async step(force) {
    if (this.running || !(await this.#ready()) || this.finished) return;
    await this.#write(force);
    await this.#lookAhead();
  }

  /**
   * Writes tokens until the end token, the limit, or `stop()`; `pace` gives the eye time to see each row.
   * @param {number} pace least time between tokens // ms
   */
  async run(pace) {
    if (this.running) return;
    if (this.finished && !this.stale) await this.restart();
    if (!(await this.#ready())) return;
    this.running = true;
    this.#stopped = false;
    this.#changed();
    try {
      const forced = await this.#beams();
      const limit = forced ? forced.length : this.#settings.max;
      while (this.steps.length < limit && !this.finished && !this.#stopped) {
        const began = performance.now();
        await this.#write(forced?.[this.steps.length]);
        const rest = pace - (performance.now() - began);
        if (rest > 0 && !this.finished) await new Promise((resolve) => setTimeout(resolve, rest));
      }
      this.cutShort = !this.finished && !this.#stopped;
    } finally {
      this.running = false;
      this.#changed();
    }
    if (!this.stale) await this.#lookAhead();
  }

  stop() {
    this.#stopped = true;
  }

  /**
   * Forgets the last tokens.
   * @param {number} [count]
   */
  async back(count = 1) {
    if (this.running || this.steps.length === 0 || this.stale) return;
    this.text = await this.#generation.back(count);
    this.steps = this.steps.slice(0, Math.max(0, this.steps.length - count));
    this.trace = this.steps.reduce((/** @type {Trace | undefined} */ grown, step) => appendStep(grown, step.trace), undefined);
    this.cutShort = false;
    await this.#lookAhead();
  }

  /** Forgets all tokens, keeps the input. */
  async restart() {
    await this.#forget();
    this.#changed();
  }

  /** The input as the model takes it. */
  get input() {
    return { ids: this.source.map(({ id }) => id), attentionMask: this.source.map((_, i) => Number(i < this.source.length - this.padded)) };
  }

  /** @param {Request} request */
  async #tokens({ text, prefix, pad }) {
    const model = /** @type {Model} */ (this.model);
    const pieces = await model.encode(prefix + text);
    return [...pieces, ...(await model.pieces(new Array(pad).fill(model.info.pad)))];
  }

  /** A generation for the present input; false where there is nothing to read yet. */
  async #ready() {
    if (!this.model || !this.#request) return false;
    if (this.stale) await this.#forget();
    if (this.#generation) return true;
    if (this.source.length === 0) await this.read(this.#request);
    this.#generation = await this.model.start(this.input);
    return true;
  }

  async #forget() {
    const generation = this.#generation;
    this.#generation = undefined;
    this.steps = [];
    this.trace = undefined;
    this.next = [];
    this.text = "";
    this.stale = false;
    this.cutShort = false;
    await generation?.release();
  }

  /** @param {number} [force] */
  async #write(force) {
    const { temperature, topK, topP, seed } = this.#settings;
    const generation = this.#generation;
    const step = await generation.step({ temperature, topK: topK || undefined, topP, seed, candidates: CANDIDATES, capture: CAPTURE, force });
    if (generation !== this.#generation) return;
    this.steps = [...this.steps, step];
    this.trace = appendStep(this.trace, step.trace);
    this.text = step.text;
    this.next = [];
    this.#changed();
  }

  async #beams() {
    const { beams, max } = this.#settings;
    if (beams <= 1 || this.steps.length > 0) return undefined;
    return /** @type {Model} */ (this.model).beamSearch(this.input, { beams, maxNewTokens: max });
  }

  /**
   * While nothing runs: the distribution over the next token, and the decoder's scores in one pass over all its tokens. Only that pass computes the scores
   * of keys that the mask forbids; step by step those keys do not exist yet.
   */
  async #lookAhead() {
    const { temperature, topK, topP, seed } = this.#settings;
    const [generation, model, steps, start] = [this.#generation, this.model, this.steps, this.startPiece];
    if (!generation || !model || !start) return this.#changed();
    if (!this.finished) {
      const next = await generation.peek({ temperature, topK: topK || undefined, topP, seed, candidates: CANDIDATES });
      if (generation === this.#generation && steps === this.steps) this.next = next;
    }
    this.#changed();
    if (steps.length === 0 || model.info.kind !== "encoder-decoder") return;
    const decoderIds = [start.id, ...steps.slice(0, -1).map(({ id }) => id)];
    const { activations } = await model.run({ ...this.input, decoderIds }, { capture: DECODER_SCORES });
    if (generation !== this.#generation || steps !== this.steps || this.stale || !this.trace) return;
    this.trace = { logits: this.trace.logits, activations: new Map([...this.trace.activations, ...activations]) };
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * How many tokens at the start spell the prefix.
 * @param {Piece[]} pieces
 * @param {string} prefix
 */
function countPrefix(pieces, prefix) {
  const wanted = prefix.trim().length;
  let spelled = "";
  let count = 0;
  while (count < pieces.length && spelled.trim().length < wanted) spelled += pieces[count++].token.replaceAll("▁", " ");
  return count;
}
