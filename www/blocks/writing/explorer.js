// Walks a model through a tree of tokens. What it has learnt of a path stays, so that going back there costs nothing; every number is a pass's own.

import { ROOT, TokenTree } from "./tree.js";

/** @typedef {import("../../engine/model.js").Model} Model */
/** @typedef {import("../../engine/host.js").Input} Input */
/** @typedef {import("../../trace.js").Piece} Piece */
/** @typedef {import("../../trace.js").Step} Step */
/** @typedef {{ temperature: number, topK: number, topP: number, seed: number }} Sampling */
/** What is known after a path: the scores of the next token, as the rules of generation_config.json leave them, and the logarithm of their softmax's denominator. @typedef {{ logits: Float32Array, logSum: number }} Known */

export class Explorer {
  tree = new TokenTree();
  /** The input's tokens. @type {Piece[]} */
  source = [];
  #model;
  /** @type {import("../../engine/generation.js").Generation | undefined} */
  #generation;
  /** By the path's ids. @type {Map<string, Known>} */
  #known = new Map();
  /** @type {Map<string, string>} */
  #texts = new Map([["", ""]]);
  /** @type {Map<number, Piece>} */
  #pieces = new Map();

  /** @param {Model} model */
  constructor(model) {
    this.#model = model;
  }

  /** @param {Input} input */
  async start(input) {
    this.#generation = await this.#model.start(input);
    this.source = this.#generation.source;
    await this.look(ROOT);
  }

  async release() {
    await this.#generation?.release();
    this.#generation = undefined;
  }

  /** @param {number} key @returns {Known | undefined} undefined where no pass has gone beyond it, or none can */
  known(key) {
    return this.#known.get(this.tree.path(key).join());
  }

  /** @param {number} key the text from the first written token to this one */
  text(key) {
    return this.#texts.get(this.tree.path(key).join()) ?? "";
  }

  /** @param {number} id @returns {Piece} */
  piece(id) {
    return this.#pieces.get(id) ?? { id, token: `#${id}`, special: false };
  }

  /** Whether a node's token ends the text. @param {number} key */
  done(key) {
    return this.#model.info.eos.includes(this.tree.node(key).id);
  }

  /** How many more tokens fit after a node. @param {number} key */
  room(key) {
    const { kind, maxPositions } = this.#model.info;
    if (this.done(key)) return 0;
    return kind === "decoder" && maxPositions !== null ? maxPositions - this.source.length - this.tree.node(key).depth : Infinity;
  }

  /** ln p of a node's token after its path, before temperature and cuts: 0 at the root. // nats @param {number} key */
  logProb(key) {
    const { id, parent } = this.tree.node(key);
    const before = parent < 0 ? undefined : this.known(parent);
    return before ? before.logits[id] - before.logSum : 0;
  }

  /** ln p of the whole path. // nats @param {number} key */
  total(key) {
    return this.tree.line(key).reduce((sum, place) => sum + this.logProb(place), 0);
  }

  /** Learns what may come after a node. @param {number} key */
  async look(key) {
    if (this.known(key) || this.room(key) <= 0) return;
    const generation = await this.#reach(key);
    const [step] = await generation.steps({ temperature: 0, candidates: 1, capture: [] }, 1);
    this.#learn(this.tree.path(key), step);
    await generation.back(1);
  }

  /**
   * Writes on after a node, as the sampling says or with these very tokens, until the end, `count` tokens, or no room.
   * @param {number} key
   * @param {number} count
   * @param {{ sampling?: Sampling, forced?: number[], goesOn?: () => boolean, grown?: (key: number) => void }} how
   * @returns {Promise<number>} the last node
   */
  async write(key, count, { sampling, forced, goesOn = () => true, grown = () => {} }) {
    const generation = await this.#reach(key);
    let [last, left] = [key, Math.min(count, this.room(key), forced?.length ?? Infinity)];
    while (left > 0 && goesOn()) {
      const rest = forced?.slice(-left);
      const { topK = 0, ...settings } = sampling ?? {};
      for (const step of await generation.steps(
        { ...settings, topK: topK || undefined, candidates: 1, capture: [], forced: rest },
        left,
      )) {
        this.#learn(this.tree.path(last), step);
        last = this.tree.grow(last, step.id);
        left = step.done ? 0 : left - 1;
        grown(last);
      }
    }
    return last;
  }

  /** The tree of a link: every path is walked once more, since a link holds no numbers. @param {string} text */
  async rebuild(text) {
    const wanted = TokenTree.parse(text);
    const fits = (/** @type {number[]} */ ids) => ids.every((id) => id >= 0 && id < this.#model.info.vocab);
    this.tree = new TokenTree();
    for (const leaf of wanted.leaves()) {
      const path = wanted.path(leaf.key);
      if (!fits(path)) continue;
      const known = this.#texts.has(path.join()) && path.every((_, i) => this.#known.has(path.slice(0, i).join()));
      if (known) path.reduce((key, id) => this.tree.grow(key, id), ROOT);
      else await this.write(ROOT, path.length, { forced: path });
    }
  }

  /** Learns how tokens are spelt. @param {number[]} ids */
  async spell(ids) {
    const unknown = ids.filter((id) => !this.#pieces.has(id));
    if (unknown.length > 0) for (const piece of await this.#model.pieces(unknown)) this.#pieces.set(piece.id, piece);
  }

  /** A generation that stands at a node. @param {number} key */
  async #reach(key) {
    const generation = /** @type {import("../../engine/generation.js").Generation} */ (this.#generation);
    const path = this.tree.path(key);
    const ids = generation.ids;
    const apart = ids.findIndex((id, i) => id !== path[i]);
    const shared = apart < 0 ? ids.length : apart;
    if (shared < ids.length) await generation.back(ids.length - shared);
    for (let now = shared; now < path.length;) {
      const steps = await generation.steps({ candidates: 1, capture: [], forced: path.slice(now) }, path.length - now);
      steps.forEach((step, i) => this.#learn(path.slice(0, now + i), step));
      now += steps.length;
    }
    return generation;
  }

  /**
   * @param {number[]} path before the step
   * @param {Step} step
   */
  #learn(path, step) {
    const { id, token, special, text, trace, scores } = step;
    this.#pieces.set(id, { id, token, special });
    this.#texts.set([...path, id].join(), text);
    if (this.#known.has(path.join())) return;
    // The step's own copy: its batch would be kept whole otherwise.
    const logits = (scores ?? trace.logits.data).slice();
    this.#known.set(path.join(), { logits, logSum: logSumExp(logits) });
  }
}

/** @param {Float32Array} logits */
export function logSumExp(logits) {
  const top = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  return top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
}
