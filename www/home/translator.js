// A sentence under the first page's model: its tokens, the answer with the attention that it paid, and the same once more with a part of the model broken.

import { addressIn } from "../catalogue.js";
import { modelSource } from "../checkpoint/source.js";
import { Model } from "../engine/model.js";
import { heaviest, mostTelling } from "../reading/moment.js";
import { countPrefix } from "../reading/reading.js";
import { tasksOf } from "../reading/tasks.js";
import { appendStep, attentionMatrix } from "../trace.js";
import { interventionsOf, wordAround } from "./breaks.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Step} Step */
/** @typedef {import("../trace.js").Trace} Trace */
/** `finished`: no token will follow. @typedef {{ steps: Step[], text: string, trace: Trace | undefined, finished: boolean }} Answer */

/** The layer whose cross-attention reads most like a dictionary, from 0; the heads' mean is shown. */
const LAYER = 2;
const HOOK = `decoder.${LAYER}.cross_attn.hook_pattern`;

/** The layer in words, counted from 1. */
export const SHOWN_LAYER = LAYER + 1;

/** Who reads which language gets answers in it. @type {Record<string, string>} */
const MODELS = { en: "t5-tiny", zh: "t5-tiny-zh" };

/** @type {Answer} */
const NOTHING_YET = { steps: [], text: "", trace: undefined, finished: false };

export class Translator extends EventTarget {
  /** Of the model that is open or on its way. */
  name = "";
  /** @type {Model | undefined} */
  model;
  /** @type {Piece[]} */
  source = [];
  /** Tokens of the task before the sentence. */
  prefix = 0;
  /** @type {Answer | undefined} */
  plain;
  /** @type {Answer | undefined} */
  broken;
  /** How far the loading is, 0..1; undefined where nothing is loading. @type {number | undefined} */
  loading;
  #loads = new AbortController();
  #runs = new AbortController();

  get task() {
    return tasksOf(this.name, "encoder-decoder")[0];
  }

  /** @param {string} language */
  async open(language) {
    const name = MODELS[language] ?? MODELS.en;
    if (name === this.name && this.model) return;
    this.#loads.abort();
    const { signal } = (this.#loads = new AbortController());
    this.#runs.abort();
    this.model?.dispose();
    Object.assign(this, { name, model: undefined, source: [], plain: undefined, broken: undefined });
    /** @type {import("../checkpoint/files.js").OnProgress} */
    const onProgress = (stage, fraction) => this.#show({ loading: stage === "download" ? fraction : 1 });
    this.#show({ loading: 0 });
    try {
      const model = await Model.load(modelSource(addressIn(name)), "cpu", onProgress, () => {}, signal);
      if (signal.aborted) return model.dispose();
      this.model = model;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      if (!signal.aborted) this.#show({ loading: undefined });
    }
  }

  /**
   * Reads a sentence and writes its translation.
   * @param {string} text
   */
  async read(text) {
    const { model } = this;
    if (!model) return;
    const signal = this.#begin();
    const { prefix } = this.task;
    try {
      const source = await model.encode(prefix + text);
      if (signal.aborted) return;
      // The answer to an earlier sentence does not belong to this one.
      this.#show({ source, prefix: countPrefix(source, prefix), plain: NOTHING_YET, broken: undefined });
      await this.#write([], signal, (plain) => this.#show({ plain }));
    } catch (error) {
      // Another sentence or another model has taken its place.
      if (!signal.aborted) throw error;
    }
  }

  /** Shows no sentence. */
  clear() {
    this.#begin();
    this.#show({ source: [], prefix: 0, plain: undefined, broken: undefined });
  }

  /**
   * Writes the translation once more, with a part of the model broken, or goes back to the whole one.
   * @param {import("./breaks.js").Break | undefined} name
   * @param {number[]} hidden places of the source that are taken from the decoder
   */
  async break(name, hidden) {
    if (!this.model || !this.plain) return;
    const signal = this.#begin();
    // What an earlier break brought is not this one's.
    this.#show({ broken: name && NOTHING_YET });
    if (!name) return;
    await this.#write(interventionsOf(name, this.source.length, hidden), signal, (broken) => this.#show({ broken }));
  }

  /** @param {Answer | undefined} answer */
  matrixOf(answer) {
    return attentionMatrix(answer?.trace, HOOK, "mean");
  }

  /** The written token that looks hardest at a word of the sentence. */
  get tellingRow() {
    const matrix = this.matrixOf(this.plain);
    return matrix && mostTelling(matrix, this.plain?.steps ?? [], this.source, { skip: this.prefix })?.row;
  }

  /**
   * The word that the decoder looks at most while it writes a token; its last word where it looks at no word.
   * @param {number | undefined} row
   * @returns {number[]} places in the source
   */
  wordSeenFrom(row) {
    const matrix = this.matrixOf(this.plain);
    const at = matrix && row !== undefined ? heaviest(matrix, row)?.column : undefined;
    const words = this.source.map((piece, i) =>
      !piece.special && i >= this.prefix && /[\p{L}\p{N}]/u.test(piece.token) ? i : -1,
    );
    const seen = at !== undefined && words.includes(at) ? at : Math.max(...words);
    return seen < 0 ? [] : wordAround(this.source, seen);
  }

  close() {
    this.#loads.abort();
    this.#runs.abort();
    this.model?.dispose();
  }

  #begin() {
    this.#runs.abort();
    return (this.#runs = new AbortController()).signal;
  }

  /**
   * @param {import("../trace.js").Intervention[]} interventions
   * @param {AbortSignal} signal
   * @param {(answer: Answer) => void} show
   */
  async #write(interventions, signal, show) {
    const model = /** @type {Model} */ (this.model);
    const ids = this.source.map(({ id }) => id);
    /** @type {Answer} */
    let answer = NOTHING_YET;
    for await (const step of model.generate({ ids }, { capture: [HOOK], interventions, signal })) {
      const steps = [...answer.steps, step];
      answer = { steps, text: step.text, trace: appendStep(answer.trace, step.trace, model.info.hooks), finished: step.done };
      show(answer);
    }
    if (!signal.aborted) show({ ...answer, finished: true });
  }

  /** @param {Partial<Pick<Translator, "source" | "prefix" | "plain" | "broken" | "loading">>} change */
  #show(change) {
    Object.assign(this, change);
    this.dispatchEvent(new Event("change"));
  }
}
