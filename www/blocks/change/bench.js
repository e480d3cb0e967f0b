// A text on the bench: what the unchanged model makes of it, and what it makes of it when something is changed.

import { meaningOf } from "../../reading/classes.js";
import { outputHeadOf } from "../../reading/reader.js";
import { compared, divergence, rowAt, sweep } from "./outcome.js";
import { sequenceOf } from "./sequence.js";
import { interventionsOf } from "./stack.js";

/** @typedef {import("../../engine/model.js").Model} Model */
/** @typedef {import("../../trace.js").Activation} Activation */
/** @typedef {import("../../trace.js").Piece} Piece */
/** @typedef {import("./stack.js").Change} Change */
/** `moved` is the divergence in nats, or a regression's largest |Δ|; a class without a name is a row without one. @typedef {{ rows: (import("./outcome.js").Compared & Piece)[], moved: number, interventions: import("./stack.js").Intervention[] }} Outcome */
/** @typedef {import("../../engine/turns.js").Stoppable} Stoppable */
/** @typedef {{ before: string, after: string }} Texts */
/** `onTexts` hears of each token, and how much is done. @typedef {{ signal: AbortSignal, onTexts: (texts: Texts, share: number) => void }} Writing */

const SHOWN = 6; // candidates of each side

export class Bench {
  /** At the positions of the logits. @type {Piece[]} */
  pieces = [];
  /** The encoder's side. @type {Piece[]} */
  source = [];
  /** @type {import("../../trace.js").Trace | undefined} */
  before;
  #model;
  #text;
  /** @type {import("../../engine/host.js").Input} */
  #input = {};
  /** Activations of the unchanged model, by text and hook. @type {Map<string, Promise<Activation>>} */
  #activations = new Map();
  /** What the unchanged model writes, by the number of tokens. @type {Map<number, string>} */
  #unchanged = new Map();

  /**
   * @param {Model} model
   * @param {string} text
   */
  constructor(model, text) {
    this.#model = model;
    this.#text = text;
  }

  get says() {
    return outputHeadOf(this.#model.info);
  }

  /** What a classifier's scores mean; null of words. */
  get kind() {
    return this.#model.info.classes;
  }

  /** Reads the text. @param {Stoppable} [work] */
  async open(work) {
    const { input, pieces, source } = await sequenceOf(this.#model, this.#text);
    Object.assign(this, { pieces, source });
    this.#input = input;
    this.before = await this.#model.run(input, { capture: ["*.hook_pattern", "*.hook_attn_scores"], ...work });
  }

  /** The place that is looked at where nobody chose one: the first mask, the first word of a translation, else the last token. */
  get place() {
    const { kind, mask } = this.#model.info;
    if (kind === "encoder-decoder") return 0;
    const masked = this.pieces.findIndex(({ id }) => id === mask && mask !== null);
    if (masked >= 0) return masked;
    const last = this.pieces.findLastIndex(({ special }) => !special);
    return last < 0 ? this.pieces.length - 1 : last;
  }

  /** The likeliest there before anything is changed. @param {number} place */
  likeliest(place) {
    const row = rowAt(/** @type {Activation} */ (this.before?.logits), place);
    return row.indexOf(row.reduce((most, logit) => Math.max(most, logit), -Infinity));
  }

  /**
   * @param {Change[]} changes
   * @param {number} place
   * @param {number} watched
   * @param {Stoppable} [work]
   * @returns {Promise<Outcome>}
   */
  async try(changes, place, watched, work) {
    const before = /** @type {Activation} */ (this.before?.logits);
    const interventions = await this.#interventions(changes);
    const { logits } = await this.#model.run(this.#input, { interventions, ...work });
    const [was, is] = [rowAt(before, place), rowAt(logits, place)];
    const rows = compared(was, is, watched, SHOWN, this.kind);
    const named = await this.names(rows.map(({ id }) => id));
    return { rows: rows.map((row, i) => ({ ...named[i], ...row })), moved: divergence(was, is, this.kind), interventions };
  }

  /**
   * What the model writes or fills in, unchanged and changed; nothing where it writes none.
   * @param {Change[]} changes
   * @param {number} tokens to write
   * @param {Writing} writing
   */
  async texts(changes, tokens, writing) {
    if (this.#model.info.kind !== "encoder") return this.#write(changes, tokens, writing);
    const texts = await this.#filled(await this.#interventions(changes), writing.signal);
    if (texts) writing.onTexts(texts, 1);
  }

  /** Each head of a site by itself. @param {import("./sites.js").Site} site @param {number} place @param {number} watched @param {Stoppable} [work] */
  sweep(site, place, watched, work) {
    return sweep(this.#model, this.#input, site, (logits) => meaningOf(this.kind, rowAt(logits, place))[watched], work);
  }

  /** @param {number[]} ids @returns {Promise<Piece[]>} */
  async names(ids) {
    if (this.says === "words") return this.#model.pieces(ids);
    return ids.map((id) => ({ id, token: this.#model.info.labels[id] ?? "", special: false }));
  }

  /** @param {Change[]} changes @param {number} [room] */
  #interventions(changes, room = 0) {
    const hooks = new Set(this.#model.info.hooks.map(({ name }) => name));
    return interventionsOf(changes, {
      here: (hook, changed) => this.#read(this.#text, hook, changed),
      there: (text, hook) => this.#read(text, hook),
      hooks,
      room,
    });
  }

  /**
   * @param {string} text
   * @param {string} hook
   * @param {import("./stack.js").Intervention[]} [interventions]
   * @returns {Promise<Activation>}
   */
  #read(text, hook, interventions = []) {
    const key = JSON.stringify([text, hook]);
    let read = interventions.length > 0 ? undefined : this.#activations.get(key);
    if (!read) {
      const input = text === this.#text ? Promise.resolve({ input: this.#input }) : sequenceOf(this.#model, text);
      read = input.then(
        async ({ input }) =>
          /** @type {Activation} */ ((await this.#model.run(input, { capture: [hook], interventions })).activations.get(hook)),
      );
      if (interventions.length === 0) this.#activations.set(key, read);
      read.catch(() => this.#activations.delete(key));
    }
    return read;
  }

  /**
   * @param {Change[]} changes
   * @param {number} tokens
   * @param {Writing} writing
   */
  async #write(changes, tokens, { signal, onTexts }) {
    const { maxPositions, kind } = this.#model.info;
    const room = kind === "decoder" && maxPositions !== null ? Math.min(tokens, maxPositions - this.source.length) : tokens;
    if (room <= 0) return;
    const input = { ids: this.source.map(({ id }) => id) };
    const texts = { before: "", after: "" };
    const write = async (/** @type {keyof Texts} */ side, /** @type {import("./stack.js").Intervention[]} */ interventions) => {
      for await (const step of this.#model.generate(input, {
        maxNewTokens: room,
        interventions,
        candidates: 1,
        capture: [],
        signal,
      })) {
        texts[side] = step.text;
        onTexts({ ...texts }, (step.position + 1) / room / 2 + (side === "after" ? 0.5 : 0));
      }
      signal.throwIfAborted();
      return texts[side];
    };
    texts.before = this.#unchanged.get(room) ?? (await write("before", []));
    this.#unchanged.set(room, texts.before);
    await write("after", await this.#interventions(changes, room));
  }

  /**
   * An encoder's text with its masks filled.
   * @param {import("./stack.js").Intervention[]} interventions
   * @param {AbortSignal} signal
   */
  async #filled(interventions, signal) {
    const { mask } = this.#model.info;
    if (this.says !== "words" || mask === null || !this.pieces.some(({ id }) => id === mask)) return undefined;
    const fill = async (/** @type {import("./stack.js").Intervention[]} */ list) => {
      const { places } = await this.#model.fill(this.#input, { interventions: list, candidates: 1, signal });
      const ids = this.pieces.map(({ id }) => id);
      for (const { position, id } of places) ids[position] = id;
      return this.#model.decode(ids);
    };
    return { before: await fill([]), after: await fill(interventions) };
  }
}
