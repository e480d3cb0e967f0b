// A text as a model's tokens, and the trace that a pass over it left: what a model that writes (player.js) and one that only reads (reader.js) have in common.

import { Trouble } from "../trouble.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("./edits.js").Edits} Edits */
/** @typedef {import("../engine/model.js").Model} Model */
/** `pair` is a second text, where the model reads two. @typedef {{ text: string, pair: string, prefix: string, pad: number, edits: Edits }} Request */

/** Before a pass shows how far it is; to do so for less would be a flicker. // ms */
const LONG = 500;

/** What the lenses draw. */
export const CAPTURE = ["*.hook_pattern", "*.hook_attn_scores", "*.hook_attn_scores_unmasked"];

export class Reading extends EventTarget {
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
  /** @type {Trace | undefined} */
  trace;
  /** What is shown belongs to an older input. */
  stale = false;
  running = false;
  /** How far a pass is that takes long, 0..1; undefined where none does. @type {number | undefined} */
  share;
  /** What was asked last was stopped by hand, and nothing else on the page offers to do it after all. */
  cut = false;
  #stopping = new AbortController();

  /** The input as the model takes it. */
  get input() {
    const segments = this.source.map(({ segment }) => segment ?? 0);
    return {
      ids: this.source.map(({ id }) => id),
      tokenTypeIds: this.source.some(({ segment }) => segment !== undefined) ? segments : undefined,
      attentionMask: this.source.map((_, i) => Number(i < this.source.length - this.padded)),
    };
  }

  /** @param {Request} request */
  async tokens({ text, pair, prefix, pad }) {
    const model = /** @type {Model} */ (this.model);
    const pieces = await (model.info.tokenizer ? model.encode(prefix + text, pair || undefined) : model.pieces(typedIds(text)));
    return [...pieces, ...(await model.pieces(new Array(pad).fill(model.info.pad)))];
  }

  /** Ends what is being done, or what it is waiting for. */
  stop() {
    this.#stopping.abort();
  }

  /** For what is done from now on: ends when it is stopped. */
  stoppable() {
    return (this.#stopping = new AbortController()).signal;
  }

  /** @param {any} error what was stopped is no failure */
  stopped(error) {
    return this.#stopping.signal.aborted && error === this.#stopping.signal.reason;
  }

  /**
   * Waits for a pass; one that takes long shows how far it is.
   * @template T
   * @param {AbortSignal} signal
   * @param {(stoppable: Required<import("../engine/turns.js").Stoppable>) => Promise<T>} pass
   * @returns {Promise<T>}
   */
  async watch(signal, pass) {
    const show = (/** @type {number | undefined} */ share) => {
      this.share = share;
      this.changed();
    };
    const long = setTimeout(() => show(0), LONG);
    try {
      return await pass({ signal, onProgress: (share) => this.share !== undefined && show(share) });
    } finally {
      clearTimeout(long);
      if (this.share !== undefined) show(undefined);
    }
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * The ids that a reader types for a model without a tokenizer.
 * @param {string} text
 */
function typedIds(text) {
  if (!/^[\d\s,]*\d[\d\s,]*$/.test(text)) throw new Trouble("trouble.ids");
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
}

/**
 * How many tokens at the start spell the prefix.
 * @param {Piece[]} pieces
 * @param {string} prefix
 */
export function countPrefix(pieces, prefix) {
  const wanted = prefix.trim().length;
  let spelled = "";
  let count = 0;
  while (count < pieces.length && spelled.trim().length < wanted) spelled += pieces[count++].token.replaceAll("▁", " ");
  return count;
}
