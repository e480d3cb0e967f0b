// A model that writes: run, step, back, and what they leave behind. Its input is the encoder's text, or the prompt that a decoder continues. Knows the model, not the page.

import { latest } from "./latest.js";
import { CAPTURE, Reading, countPrefix } from "./reading.js";
import { stepSettings } from "./sampling.js";
import { appendStep } from "../trace.js";
import { Trouble } from "../trouble.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Step} Step */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Candidate} Candidate */
/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("./reading.js").Request} Request */
/** @typedef {{ temperature: number, topK: number, topP: number, seed: number, beams: number, max: number }} Settings */

const SCORES = ["hook_attn_scores", "hook_attn_scores_unmasked"];

export class Player extends Reading {
  /** The token that the decoder starts from. @type {Piece | undefined} */
  startPiece;
  /** @type {Step[]} */
  steps = [];
  /** The distribution over the next token. @type {Candidate[]} */
  next = [];
  /** The text written so far. */
  text = "";
  /** The limit on tokens was reached before an end token. */
  cutShort = false;

  /** @type {import("../engine/generation.js").Generation | undefined} */
  #generation;
  /** @type {Request | undefined} */
  #request;
  /** The present request's tokens. @type {Promise<void> | undefined} */
  #arriving;
  /** Settings may change while a run goes on. @type {Settings} */
  #settings = { temperature: 0, topK: 0, topP: 1, seed: 1, beams: 1, max: 64 };
  /** Run, step and back take turns. @type {Promise<unknown>} */
  #turn = Promise.resolve();
  #runs = 0;
  #sequence = latest((/** @type {Piece[]} */ traced, /** @type {Step[]} */ steps) => [...traced, ...steps]);
  #decoderInput = latest((/** @type {Piece | undefined} */ start, /** @type {Step[]} */ steps) =>
    start ? [start, ...steps.slice(0, -1)] : [],
  );
  /** The steps whose scores were read in one pass. @type {Step[] | undefined} */
  #scored;
  #moved = 0; // steps up to here were computed on another device

  /** @param {Model | undefined} model undefined: the page's model is not one for a player */
  async use(model) {
    this.stop();
    await this.#forget();
    this.model = model;
    this.source = [];
    this.traced = [];
    [this.startPiece] = model?.info.kind === "encoder-decoder" ? await model.pieces([model.info.decoderStart]) : [];
  }

  /** The model computes elsewhere from now on. */
  moved() {
    this.#moved = this.steps.length + 1;
    this.changed();
  }

  /** The tokens that a decoder by itself looks at: its prompt and what it wrote after it. */
  get sequence() {
    return this.#sequence(this.traced, this.steps);
  }

  /** What an encoder-decoder's decoder has read. */
  get decoderInput() {
    return this.#decoderInput(this.startPiece, this.steps);
  }

  get finished() {
    return this.steps.at(-1)?.done ?? false;
  }

  get #hooks() {
    return this.model?.info.hooks ?? [];
  }

  /** A token, measured on the steps so far, as far as they are the present device's. // ms */
  get ms() {
    const times = this.steps
      .slice(this.#moved || 1)
      .map(({ ms }) => ms)
      .sort((a, b) => a - b);
    return times.length > 0 ? times[Math.floor(times.length / 2)] : undefined;
  }

  /**
   * A new input: its tokens at once; what was generated before stays, stale, until the next step.
   * @param {Request} request
   */
  async read(request) {
    const same = JSON.stringify(request) === JSON.stringify(this.#request);
    // Its tokens may still be on their way: whoever runs the text waits for them.
    if (same && this.source.length > 0) return this.#arriving;
    this.#request = request;
    if (!this.model) return;
    if (this.steps.length > 0 || this.#generation) this.stale = true;
    this.stop();
    this.#arriving = this.#arrive(request);
    await this.#arriving;
  }

  /** @param {Request} request */
  async #arrive(request) {
    const pieces = await this.tokens(request).catch((error) => {
      // Not read: the same text may be tried again.
      if (request === this.#request) this.#request = undefined;
      throw error;
    });
    if (request !== this.#request) return;
    this.source = pieces;
    this.padded = request.pad;
    this.prefixLength = countPrefix(pieces, request.prefix);
    this.changed();
  }

  /** @param {Settings} settings */
  async set(settings) {
    this.#settings = settings;
    if (!this.running && !this.stale) await this.#peek();
  }

  /**
   * Writes one token, or these. Rejects where the text has no position left.
   * @param {number[]} forced ids
   */
  step(...forced) {
    return this.#inTurn(async () => {
      if (!(await this.#ready()) || this.finished) return;
      for (const force of forced.length > 0 ? forced : [undefined]) {
        if (this.finished) break;
        if (this.steps.length >= this.#room) throw new Trouble("trouble.full", { most: this.traced.length + this.#room });
        await this.#write(force, this.stoppable());
      }
      await this.#peek(this.stoppable());
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
      if ((await this.#writeOn(pace)) && !this.stale) await this.#peek(this.stoppable());
    });
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
      this.trace = this.steps.reduce(
        (/** @type {Trace | undefined} */ grown, step) => appendStep(grown, step.trace, this.#hooks),
        undefined,
      );
      this.cutShort = false;
      await this.#peek(this.stoppable());
    });
  }

  /** A generation for the present input; false where there is nothing to read yet. */
  async #ready() {
    if (!this.model || !this.#request) return false;
    if (this.stale || this.#readAhead) await this.#forget();
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
    this.#moved = 0;
    this.trace = undefined;
    this.next = [];
    this.text = "";
    this.stale = false;
    this.cutShort = false;
    this.changed();
    await generation?.release();
  }

  /**
   * @param {number} pace
   * @returns {Promise<boolean>} false where it was stopped in the middle of reading: to look around would go on with that
   */
  async #writeOn(pace) {
    const generation = this.#generation;
    this.running = true;
    const signal = this.stoppable();
    this.changed();
    try {
      const forced = await this.#beams(signal);
      const limit = forced ? forced.length : Math.min(this.#settings.max, this.#room);
      const goesOn = () => generation === this.#generation && !this.finished && !signal.aborted && this.steps.length < limit;
      for (let first = true; goesOn(); first = false) {
        const began = performance.now();
        // The first step reads the text, which may be long; the others are over in no time.
        await this.#write(forced?.[this.steps.length], first ? signal : undefined);
        const rest = pace - (performance.now() - began);
        if (rest > 0 && goesOn()) await new Promise((resolve) => setTimeout(resolve, rest));
      }
      this.cutShort = generation === this.#generation && !this.finished && !signal.aborted;
      return true;
    } catch (error) {
      if (!this.stopped(error)) throw error;
      return false;
    } finally {
      this.running = false;
      this.changed();
    }
  }

  /**
   * @param {number} [force]
   * @param {AbortSignal} [signal] ends a step that reads much before it writes
   */
  async #write(force, signal = new AbortController().signal) {
    const generation = this.#generation;
    try {
      const step = await this.watch(signal, async (stoppable) =>
        generation?.step({ ...stepSettings(this.#settings), capture: CAPTURE, force, ...stoppable }),
      );
      if (!step || generation !== this.#generation) return;
      this.steps = [...this.steps, step];
      this.trace = appendStep(this.trace, step.trace, this.#hooks);
      this.text = step.text;
      this.next = [];
      this.changed();
    } catch (error) {
      // A model that was replaced meanwhile takes its troubles along.
      if (generation === this.#generation) throw error;
    }
  }

  /** @param {AbortSignal} signal */
  async #beams(signal) {
    const { beams, max } = this.#settings;
    if (beams <= 1 || this.steps.length > 0) return undefined;
    return /** @type {Model} */ (this.model).beamSearch(this.input, { beams, maxNewTokens: max, signal });
  }

  /** The distribution over the next token. @param {AbortSignal} [signal] */
  async #peek(signal) {
    const [generation, steps] = [this.#generation, this.steps];
    // A beam search may have written one token more than there are positions: nothing can come after that.
    if (generation && !this.finished && steps.length <= this.#room) {
      const next = await generation.peek({ ...stepSettings(this.#settings), signal });
      if (generation === this.#generation && steps === this.steps) this.next = next;
    }
    this.changed();
  }

  /** How many tokens a decoder can write behind its prompt before its positions run out. */
  get #room() {
    const { kind, maxPositions } = /** @type {Model} */ (this.model).info;
    return kind === "decoder" && maxPositions !== null ? maxPositions - this.traced.length : Infinity;
  }

  /** A prompt that a look ahead has read must be read again: a step brings the rows of what it reads, and the prompt's are wanted. */
  get #readAhead() {
    return this.model?.info.kind === "decoder" && this.steps.length === 0 && this.#generation !== undefined;
  }

  /**
   * The decoder's scores in one pass over all its tokens, once for the tokens at hand. Only that pass computes the scores of keys that the mask forbids:
   * step by step those keys do not exist yet.
   */
  readScores() {
    const [generation, model, steps, start] = [this.#generation, this.model, this.steps, this.startPiece];
    if (!generation || !model || steps.length === 0 || this.#scored === steps || this.running || this.stale) return undefined;
    this.#scored = steps;
    const written = steps.slice(0, -1).map(({ id }) => id);
    const input = start ? { ...this.input, decoderIds: [start.id, ...written] } : { ids: [...this.input.ids, ...written] };
    const capture = SCORES.map((hook) => `${start ? "decoder" : "blocks"}.*.attn.${hook}`);
    return this.#inTurn(async () => {
      const { activations } = await this.watch(this.stoppable(), (stoppable) =>
        model.run(input, { capture, ...stoppable }),
      ).catch((error) => {
        this.#scored = undefined; // whoever looks again asks again
        throw error;
      });
      if (generation !== this.#generation || steps !== this.steps || this.stale || !this.trace) return;
      this.trace = { logits: this.trace.logits, activations: new Map([...this.trace.activations, ...activations]) };
      this.changed();
    });
  }

  /**
   * @param {() => Promise<void>} action
   * @returns {Promise<void>}
   */
  #inTurn(action) {
    const turn = this.#turn.then(action).catch((error) => {
      if (!this.stopped(error)) throw error;
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
