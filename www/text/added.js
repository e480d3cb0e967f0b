// Tokens that a tokenizer.json adds to its model's vocabulary: they are found in a text before anything else is, those that are "normalized" once the text is, too.

import { literally, standsAlone } from "./unicode.js";

/** @typedef {{ content: string, single_word?: boolean, lstrip?: boolean, rstrip?: boolean, normalized?: boolean, special?: boolean }} Token */
/** @typedef {import("./parts.js").Part} Part */
/** A stretch of text, or the id of an added token. @typedef {Part | number} Stretch */

export class Added {
  /** @type {Map<string, number>} */
  #ids = new Map();
  /** @type {Map<number, Token>} */
  #tokens = new Map();
  /** How the tokenizer spells them when it writes. @type {Map<number, string>} */
  #spellings = new Map();
  /** Once special, a spelling stays it, as in the reference. @type {Set<string>} */
  #special = new Set();
  #splitSpecial;
  #raw;
  #normalized;

  /**
   * Their ids are those of the model's vocabulary, or follow on it: the ids in the file are not looked at, as in the reference.
   * @param {Token[][]} lists the file's tokens, then those of the files beside it
   * @param {import("./models.js").Model} model
   * @param {(part: Part) => Part} normalize
   * @param {boolean} [splitSpecial] special tokens spelled in a text are read as text
   */
  constructor(lists, model, normalize, splitSpecial = false) {
    this.#splitSpecial = splitSpecial;
    for (const tokens of lists) {
      let next = [...this.#tokens.keys()].reduce((next, id) => Math.max(next, id + 1), model.size);
      for (const token of tokens) {
        if (token.content === "") continue;
        const id = this.#ids.get(token.content) ?? model.idOf(token.content) ?? next++;
        this.#ids.set(token.content, id);
        this.#tokens.set(id, token);
        this.#spellings.set(id, isNormalized(token) ? normalize({ text: token.content, first: true }).text : token.content);
        if (token.special) this.#special.add(token.content);
      }
    }
    const matcher = (/** @type {boolean} */ normalized) =>
      this.#matcher([...this.#tokens].filter(([, token]) => isNormalized(token) === normalized).map(([id]) => id));
    this.#raw = matcher(false);
    this.#normalized = matcher(true);
    this.normalize = normalize;
  }

  /** @param {string} content */
  idOf(content) {
    return this.#ids.get(content);
  }

  /** @param {number} id */
  get(id) {
    return this.#tokens.get(id);
  }

  /** @param {number} id */
  spelling(id) {
    return this.#spellings.get(id);
  }

  /**
   * What is not written where special tokens are left out.
   * @param {string} spelling
   */
  isSpecial(spelling) {
    return this.#special.has(spelling);
  }

  /**
   * The normalized stretches of a text between added tokens.
   * @param {string} text
   * @returns {Stretch[]}
   */
  split(text) {
    return this.#raw({ text, first: true }).flatMap((stretch) =>
      typeof stretch === "number" ? stretch : this.#normalized(this.normalize(stretch)),
    );
  }

  /**
   * Finds these tokens from left to right, the longest first.
   * @param {number[]} ids
   * @returns {(part: Part) => Stretch[]}
   */
  #matcher(ids) {
    const found = new Map(ids.map((id) => [this.#spellings.get(id) ?? "", id]));
    found.delete("");
    if (found.size === 0) return (part) => [part].filter(({ text }) => text !== "");
    const pattern = literally(...[...found.keys()].sort((a, b) => b.length - a.length));
    return ({ text, first }) => {
      /** @type {Stretch[]} */
      const stretches = [];
      let end = 0;
      for (const { 0: spelling, index } of text.matchAll(pattern)) {
        const id = /** @type {number} */ (found.get(spelling));
        const { content, single_word: alone, lstrip, rstrip } = /** @type {Token} */ (this.#tokens.get(id));
        const behind = index + spelling.length;
        if (this.#splitSpecial && this.#special.has(content)) continue;
        if (alone && !standsAlone(text, index, behind)) continue;
        const from = lstrip ? Math.max(end, index - spacesAtEnd(text.slice(end, index))) : index;
        const to = rstrip ? behind + spacesAtStart(text.slice(behind)) : behind;
        if (end < from) stretches.push({ text: text.slice(end, from), first: first && end === 0 });
        if (from < to) stretches.push(id); // another may have taken all its spaces
        end = to;
      }
      if (end < text.length) stretches.push({ text: text.slice(end), first: first && end === 0 });
      return stretches;
    };
  }
}

/** @param {Token} token */
function isNormalized({ normalized, special }) {
  return normalized ?? !special;
}

/** @param {string} text */
function spacesAtStart(text) {
  return text.search(/\P{White_Space}|$/u);
}

/** @param {string} text */
function spacesAtEnd(text) {
  return text.length - text.replace(/(?<!\p{White_Space})\p{White_Space}+$/u, "").length;
}
