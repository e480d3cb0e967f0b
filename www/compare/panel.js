// One of the families side by side: a model of it, and what it makes of the text that all of them are given.

import { addressIn } from "../catalogue.js";
import { acquire } from "../blocks/pool.js";
import { corrupted, spansOf, tokensOfWords } from "../text/alignment.js";
import { anatomyOf } from "../anatomy/anatomy.js";
import { Player } from "../reading/player.js";
import { Reader, outputHeadOf } from "../reading/reader.js";
import { taskOf, tasksOf } from "../reading/tasks.js";

/** @typedef {import("../kinds.js").Kind} Kind */
/** @typedef {import("../text/alignment.js").Word} Word */
/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("../views/token-lines.js").Tile} Tile */
/** `hidden` are words that a masked-language model does not see. @typedef {{ text: string, words: Word[], hidden: Set<number>, task: string, seed: number, temperature: number }} Question */
/** @typedef {{ under: number[][], prefix: number }} Lined */

/** The most that is written under each other's eyes. // tokens */
const MOST = 24;

export class Panel {
  /** @type {Reader | Player} */
  reading;
  name = "";
  /** @type {Model | undefined} */
  model;
  /** @type {import("../anatomy/anatomy.js").Anatomy | undefined} */
  anatomy;
  /** @type {import("../anatomy/nodes.js").GraphNode[]} */
  graph = [];
  /** @type {{ stage: string, fraction: number } | undefined} */
  loading;
  /** Which tokens stand under which word. @type {Lined} */
  lined = { under: [], prefix: 0 };
  /** The text as it was given to the model, without a task's prefix. */
  asked = "";
  #device;
  #changed;
  #until;
  /** Holds the model that is shown. */
  #held = new AbortController();
  /** Holds the model that is to be shown. */
  #coming = new AbortController();
  /** Ends what an older question began. */
  #question = 0;

  /**
   * @param {Kind} kind
   * @param {{ device: "auto" | "webgpu" | "cpu", until: AbortSignal, changed: () => void }} options the panel is closed when `until` aborts
   */
  constructor(kind, { device, until, changed }) {
    this.kind = kind;
    this.#device = device;
    this.#changed = changed;
    this.#until = until;
    until.addEventListener("abort", () => this.#close(), { once: true });
    this.reading = kind === "encoder" ? new Reader() : new Player();
    this.reading.addEventListener("change", changed);
  }

  /** What is being done that takes long. */
  get busy() {
    const { share } = this.reading;
    return this.loading ?? (share === undefined ? undefined : { stage: "working", fraction: share });
  }

  get tasks() {
    return tasksOf(this.name, this.kind);
  }

  /** The tokens of the input, as they lie in the text; masks stand over them. */
  get plain() {
    return this.reading instanceof Reader ? this.reading.plain : this.reading.source;
  }

  /** Another model of the family; the one before stays until this one is there. @param {string} name */
  async open(name) {
    this.#until.throwIfAborted();
    this.#coming.abort();
    const coming = (this.#coming = new AbortController());
    this.loading = { stage: "start", fraction: 0 };
    this.name = name;
    try {
      const model = await acquire(addressIn(name), coming.signal, {
        device: this.#device,
        onProgress: (stage, fraction) => this.#progress(stage, fraction),
      });
      const before = this.#held;
      this.#held = coming;
      this.#coming = new AbortController();
      this.model = model;
      try {
        await this.reading.use(model);
        this.graph = await model.graph();
        this.anatomy = anatomyOf(this.graph, this.kind);
      } finally {
        before.abort();
      }
    } finally {
      if (name === this.name) this.loading = undefined;
      this.#changed();
    }
  }

  #close() {
    this.#question++;
    this.reading.stop();
    this.#coming.abort();
    this.#held.abort();
    this.model = undefined;
  }

  /** @param {Question} question */
  async ask(question) {
    const { model, reading } = this;
    if (!model) return;
    const asked = ++this.#question;
    const { text, words, prefix } = this.#worded(question);
    const pieces = await model.encode(prefix + text);
    if (asked !== this.#question) return;
    const shifted = words.map(({ from, to }) => ({ from: from + prefix.length, to: to + prefix.length }));
    const spans = spansOf(pieces, prefix + text);
    this.asked = text;
    this.lined = {
      under: tokensOfWords(spans, shifted),
      prefix: spans.filter((span) => span && span.to <= prefix.length).length,
    };
    if (reading instanceof Reader) return reading.read({ text, pair: "", prefix, pad: 0, edits: this.#masks(question.hidden) });
    const { temperature, seed } = question;
    await reading.set({ temperature: this.kind === "decoder" ? temperature : 0, topK: 0, topP: 1, seed, beams: 1, max: MOST });
    await reading.read({ text, pair: "", prefix, pad: 0, edits: new Map() });
    if (asked === this.#question) await reading.run(0);
  }

  /**
   * The text as this model is given it: a T5 that fills gaps finds sentinels where words are hidden.
   * @param {Question} question
   */
  #worded({ text, words, hidden, task }) {
    const { prefix, id } = taskOf(this.tasks, task);
    return { prefix, ...(id === "fill" && hidden.size > 0 ? corrupted(text, words, hidden) : { text, words }) };
  }

  /** @param {Set<number>} hidden @returns {import("../reading/edits.js").Edits} */
  #masks(hidden) {
    const { mask, hooks } = /** @type {Model} */ (this.model).info;
    if (mask === null || outputHeadOf(/** @type {any} */ ({ hooks })) !== "words") return new Map();
    return new Map(
      [...hidden].flatMap((word) =>
        (this.lined.under[word] ?? []).map((position) => /** @type {[number, number]} */ ([position, mask])),
      ),
    );
  }

  /**
   * The tokens as a line under the words.
   * @returns {{ before: Tile[], under: Tile[][], after: Tile[] }}
   */
  get tiles() {
    const marks = this.reading instanceof Reader ? this.reading.marks : [];
    const pieces = this.reading.source;
    const tile = (/** @type {number} */ position) => ({ ...pieces[position], position, mark: marks[position] || undefined });
    const under = this.lined.under.map((tokens) => tokens.filter((position) => position < pieces.length).map(tile));
    const [first, last] = [Math.min(...this.lined.under.flat(), pieces.length), Math.max(...this.lined.under.flat(), -1)];
    const range = (/** @type {number} */ from, /** @type {number} */ to) =>
      Array.from({ length: Math.max(0, to - from) }, (_, i) => tile(from + i));
    return { before: range(0, first), under, after: range(last + 1, pieces.length) };
  }

  /**
   * @param {string} stage
   * @param {number} fraction
   */
  #progress(stage, fraction) {
    this.loading = { stage, fraction };
    this.#changed();
  }
}
