// One text being read and one being written: run, step, back, and what they leave behind. Knows the model, not the page.

import { appendStep } from "./trace.js";
import { Trouble } from "./trouble.js";

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
  /** The input's tokens that the trace belongs to: older than `source` while what is shown is stale. @type {Piece[]} */
  traced = [];
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

  /** @type {import("./generation.js").Generation | undefined} */
  #generation;
  /** @type {Request | undefined} */
  #request;
  #stopped = false;
  /** Settings may change while a run goes on. @type {Settings} */
  #settings = { temperature: 0, topK: 0, topP: 1, seed: 1, beams: 1, max: 64 };
  /** Run, step and back take turns. @type {Promise<unknown>} */
  #turn = Promise.resolve();
  #runs = 0;

  /** @param {Model} model */
  async use(model) {
    this.stop();
    await this.#forget();
    this.model = model;
    this.source = [];
    this.traced = [];
    [this.startPiece] = await model.pieces([model.info.decoderStart]);
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
    if (!this.running && !this.stale) await this.#peek();
  }

  /**
   * Writes one token; `force` says which.
   * @param {number} [force]
   */
  step(force) {
    return this.#inTurn(async () => {
      if (!(await this.#ready()) || this.finished) return;
      await this.#write(force);
      await this.#lookAround();
    });
  }

  /**
   * Writes tokens until the end token, the limit, or `stop()`; `pace` gives the eye time to see each row. A run that goes on is stopped first.
   * @param {number} pace least time between tokens // ms
   */
  run(pace) {
    this.stop();
    const run = ++this.#runs;
    return this.#inTurn(async () => {
      if (run !== this.#runs) return;
      if (this.finished && !this.stale) await this.#forget();
      if (!(await this.#ready())) return;
      await this.#writeOn(pace);
      if (!this.stale) await this.#lookAround();
    });
  }

  stop() {
    this.#stopped = true;
  }

  /**
   * Forgets the last tokens.
   * @param {number} [count]
   */
  back(count = 1) {
    return this.#inTurn(async () => {
      const generation = this.#generation;
      if (!generation || this.steps.length === 0 || this.stale) return;
      this.text = await generation.back(count);
      this.steps = this.steps.slice(0, Math.max(0, this.steps.length - count));
      this.trace = this.steps.reduce((/** @type {Trace | undefined} */ grown, step) => appendStep(grown, step.trace), undefined);
      this.cutShort = false;
      await this.#lookAround();
    });
  }

  /** The input as the model takes it. */
  get input() {
    return { ids: this.source.map(({ id }) => id), attentionMask: this.source.map((_, i) => Number(i < this.source.length - this.padded)) };
  }

  /** @param {Request} request */
  async #tokens({ text, prefix, pad }) {
    const model = /** @type {Model} */ (this.model);
    const pieces = await (model.info.tokenizer ? model.encode(prefix + text) : model.pieces(typedIds(text)));
    return [...pieces, ...(await model.pieces(new Array(pad).fill(model.info.pad)))];
  }

  /** A generation for the present input; false where there is nothing to read yet. */
  async #ready() {
    if (!this.model || !this.#request) return false;
    if (this.stale) await this.#forget();
    if (this.#generation) return true;
    if (this.source.length === 0) await this.read(this.#request);
    this.traced = this.source;
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
    this.#changed();
    await generation?.release();
  }

  /** @param {number} pace */
  async #writeOn(pace) {
    const generation = this.#generation;
    this.running = true;
    this.#stopped = false;
    this.#changed();
    try {
      const forced = await this.#beams();
      const limit = forced ? forced.length : this.#settings.max;
      const goesOn = () => generation === this.#generation && !this.finished && !this.#stopped && this.steps.length < limit;
      while (goesOn()) {
        const began = performance.now();
        await this.#write(forced?.[this.steps.length]);
        const rest = pace - (performance.now() - began);
        if (rest > 0 && goesOn()) await new Promise((resolve) => setTimeout(resolve, rest));
      }
      this.cutShort = generation === this.#generation && !this.finished && !this.#stopped;
    } finally {
      this.running = false;
      this.#changed();
    }
  }

  /** @param {number} [force] */
  async #write(force) {
    const generation = this.#generation;
    try {
      const step = await generation?.step({ ...this.#sampling(), capture: CAPTURE, force });
      if (!step || generation !== this.#generation) return;
      this.steps = [...this.steps, step];
      this.trace = appendStep(this.trace, step.trace);
      this.text = step.text;
      this.next = [];
      this.#changed();
    } catch (error) {
      // A model that was replaced meanwhile takes its troubles along.
      if (generation === this.#generation) throw error;
    }
  }

  async #beams() {
    const { beams, max } = this.#settings;
    if (beams <= 1 || this.steps.length > 0) return undefined;
    return /** @type {Model} */ (this.model).beamSearch(this.input, { beams, maxNewTokens: max });
  }

  async #lookAround() {
    await this.#peek();
    await this.#readDecoderScores();
  }

  /** The distribution over the next token. */
  async #peek() {
    const [generation, steps] = [this.#generation, this.steps];
    if (generation && !this.finished) {
      const next = await generation.peek(this.#sampling());
      if (generation === this.#generation && steps === this.steps) this.next = next;
    }
    this.#changed();
  }

  /**
   * The decoder's scores in one pass over all its tokens. Only that pass computes the scores of keys that the mask forbids; step by step those keys do
   * not exist yet.
   */
  async #readDecoderScores() {
    const [generation, model, steps, start] = [this.#generation, this.model, this.steps, this.startPiece];
    if (!generation || !model || !start || steps.length === 0 || model.info.kind !== "encoder-decoder") return;
    const decoderIds = [start.id, ...steps.slice(0, -1).map(({ id }) => id)];
    const { activations } = await model.run({ ...this.input, decoderIds }, { capture: DECODER_SCORES });
    if (generation !== this.#generation || steps !== this.steps || this.stale || !this.trace) return;
    this.trace = { logits: this.trace.logits, activations: new Map([...this.trace.activations, ...activations]) };
    this.#changed();
  }

  #sampling() {
    const { temperature, topK, topP, seed } = this.#settings;
    return { temperature, topK: topK || undefined, topP, seed, candidates: CANDIDATES };
  }

  /**
   * @param {() => Promise<void>} action
   * @returns {Promise<void>}
   */
  #inTurn(action) {
    const turn = this.#turn.then(action);
    this.#turn = turn.catch(() => {});
    return turn;
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

/**
 * The ids that a reader types for a model without a tokenizer.
 * @param {string} text
 */
function typedIds(text) {
  if (!/^[\d\s,]*\d[\d\s,]*$/.test(text)) throw new Trouble("trouble.ids");
  return text.split(/[\s,]+/).filter(Boolean).map(Number);
}
