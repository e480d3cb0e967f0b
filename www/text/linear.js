// A regular expression run in time that grows with the text's length times the pattern's, and no faster: each step of the pattern is tried at each place of the text
// at most once (as "BitState" of RE2 does). A browser's own engine may take hours for a pattern like (a+)+$, and nothing can stop it.

import { mayTakeLong, parse, repetitions } from "./pattern-syntax.js";
import { shown, Trouble } from "../trouble.js";

/** @typedef {import("./pattern-syntax.js").Node} Node */
/**
 * A step: a test of a character or of a place, a choice of where to go on, or the end. The first of two ways is taken where both lead to a match.
 * @typedef {{ take?: (character: string) => boolean, holds?: (text: string, at: number) => boolean, ways?: number[], next: number }} Step
 */

/** Steps of one pattern; repetitions that are counted are written out. */
const MOST_STEPS = 2_000;

/** Tries in one text. A browser does some tens of millions in a second. */
const MOST_TRIES = 10_000_000;

/** The step at which a match is complete. */
const END = 1;

export class LinearPattern {
  /** For `replaceAll` and `matchAll`. */
  flags = "g";
  #name;
  #program;

  /** @param {RegExp} pattern */
  constructor(pattern) {
    this.#name = shown(pattern.source);
    this.#program = compile(parse(pattern), this.#name);
  }

  /**
   * @param {string} text
   * @returns {IterableIterator<{ 0: string, index: number }>}
   */
  *[Symbol.matchAll](text) {
    if (this.#program.length * text.length > MOST_TRIES) throw new Trouble("trouble.tokenizerPattern", { pattern: this.#name });
    const search = { seen: new Uint32Array(this.#program.length * (text.length + 1)), turn: 1, left: MOST_TRIES };
    for (let at = 0; at <= text.length;) {
      const end = run(this.#program, text, at, search);
      if (search.left < 0) throw new Trouble("trouble.tokenizerPattern", { pattern: this.#name });
      if (end >= 0) {
        yield { 0: text.slice(at, end), index: at };
        search.turn++; // what led to this match may lead to the next one
      }
      at = end > at ? end : at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
    }
  }

  /** @param {string} text */
  [Symbol.match](text) {
    const found = [...this[Symbol.matchAll](text)].map(({ 0: match }) => match);
    return found.length > 0 ? found : null;
  }

  /** @param {string} text */
  [Symbol.search](text) {
    return this[Symbol.matchAll](text).next().value?.index ?? -1;
  }

  /**
   * @param {string} text
   * @param {() => string} content
   */
  [Symbol.replace](text, content) {
    let [replaced, end] = ["", 0];
    for (const { 0: match, index } of this[Symbol.matchAll](text)) {
      replaced += text.slice(end, index) + content();
      end = index + match.length;
    }
    return replaced + text.slice(end);
  }
}

/**
 * @param {Node} pattern
 * @param {string} name
 * @returns {Step[]}
 */
function compile(pattern, name) {
  /** @type {Step[]} */
  const steps = [{ next: END }, { next: END }];
  const add = (/** @type {Step} */ step) => {
    if (steps.push(step) > MOST_STEPS) throw new Trouble("trouble.tokenizerPattern", { pattern: name });
    return steps.length - 1;
  };
  steps[0].ways = [from(pattern, END)];
  return steps;

  /**
   * @param {Node} node
   * @param {number} next where to go on
   * @returns {number} where to begin
   */
  function from(node, next) {
    if (node.kind === "char") return add({ take: tester(node), next });
    if (node.kind === "assert") return add({ holds: native(node.source, node.flags), next });
    if (node.kind === "look") return add({ holds: looking(node, name), next });
    if (node.kind === "sequence") return node.parts.reduceRight((next, part) => from(part, next), next);
    if (node.kind === "choice") return add({ ways: node.parts.map((part) => from(part, next)), next });
    if (node.kind === "back") throw new Trouble("trouble.tokenizerPattern", { pattern: name });
    const { body, least, most, lazy } = node;
    const either = (/** @type {number} */ again, /** @type {number} */ on) => (lazy ? [on, again] : [again, on]);
    let start = next;
    if (most === Infinity) {
      start = add({ next });
      steps[start].ways = either(from(body, start), next);
    } else {
      for (let n = least; n < most; n++) start = add({ ways: either(from(body, start), next), next });
    }
    for (let n = 0; n < least; n++) start = from(body, start);
    return start;
  }
}

/**
 * Where the match ends that begins at this place; −1 where there is none.
 * @param {Step[]} program
 * @param {string} text
 * @param {number} start
 * @param {{ seen: Uint32Array, turn: number, left: number }} search `seen`: in which turn a step was tried at a place
 */
function run(program, text, start, search) {
  const stack = [0, start];
  while (stack.length > 0) {
    const at = /** @type {number} */ (stack.pop());
    const step = /** @type {number} */ (stack.pop());
    if (step === END) return at;
    const place = step * (text.length + 1) + at;
    if (search.seen[place] === search.turn) continue;
    search.seen[place] = search.turn;
    if (--search.left < 0) return -1;
    const { take, holds, ways, next } = program[step];
    if (ways) for (let i = ways.length - 1; i >= 0; i--) stack.push(ways[i], at);
    else if (holds) {
      if (holds(text, at)) stack.push(next, at);
    } else if (take && at < text.length) {
      const character = String.fromCodePoint(/** @type {number} */ (text.codePointAt(at)));
      if (take(character)) stack.push(next, at + character.length);
    }
  }
  return -1;
}

/**
 * @param {{ source: string, flags: string }} node
 * @returns {(character: string) => boolean}
 */
function tester({ source, flags }) {
  const pattern = new RegExp(`^(?:${source})$`, flags);
  /** @type {Map<string, boolean>} */
  const known = new Map();
  return (character) => {
    const found = known.get(character) ?? pattern.test(character);
    known.set(character, found);
    return found;
  };
}

/**
 * A test of a place, by the browser.
 * @param {string} source
 * @param {string} flags
 */
function native(source, flags) {
  const pattern = new RegExp(source, `${flags}y`);
  return (/** @type {string} */ text, /** @type {number} */ at) => {
    pattern.lastIndex = at;
    return pattern.test(text);
  };
}

/**
 * What must stand before or behind a place. Where its length has a bound the browser looks.
 * @param {Extract<Node, { kind: "look" }>} node
 * @param {string} name
 */
function looking({ body, source, flags, behind, negative }, name) {
  if (!mayTakeLong(body) && repetitions(body) < 2) return native(source, flags);
  if (behind) throw new Trouble("trouble.tokenizerPattern", { pattern: name });
  const program = compile(body, name);
  return (/** @type {string} */ text, /** @type {number} */ at) => {
    const search = { seen: new Uint32Array(program.length * (text.length + 1)), turn: 1, left: MOST_TRIES };
    const found = run(program, text, at, search) >= 0;
    if (search.left < 0) throw new Trouble("trouble.tokenizerPattern", { pattern: name });
    return found !== negative;
  };
}
