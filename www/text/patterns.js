// Patterns from a tokenizer.json. The browser runs those that it is quick with; one that may take it hours is run step by step.

import { LinearPattern } from "./linear.js";
import { mayTakeLong, parse } from "./pattern-syntax.js";

/**
 * @template {RegExp | string | null | undefined} T
 * @param {T} pattern with the flag g, as the library translates it
 * @returns {T} or what behaves like it in `matchAll`, `match`, `search` and `replaceAll`
 */
export function bounded(pattern) {
  if (!(pattern instanceof RegExp) || !mayTakeLong(parse(pattern))) return pattern;
  return /** @type {T} */ (/** @type {unknown} */ (new LinearPattern(pattern)));
}
