// Patterns from a tokenizer.json. The browser runs those that it is quick with; one that may take it hours is run step by step.

import { LinearPattern } from "./linear.js";
import { mayTakeLong, parse } from "./pattern-syntax.js";
import { shown, Trouble } from "../trouble.js";

/**
 * A stage's settings with a pattern that the library translates as it is meant: by itself it drops what keeps a part from trying again, and what ties a match to the
 * last one.
 * @template {{ pattern?: { Regex?: string } }} T
 * @param {T} config
 * @returns {T}
 * @throws {Trouble} the pattern has what no other spelling says
 */
export function translatable(config) {
  const source = config.pattern?.Regex;
  if (typeof source !== "string") return config;
  const refused = (/** @type {string} */ part) =>
    new Trouble("trouble.tokenizerPart", { pattern: shown(source), part: shown(part) });
  const meant = source.replace(PARTS, (part, /** @type {string} */ atom, /** @type {string | undefined} */ possessive) => {
    if (atom === "(?>" || atom === "\\G" || (possessive && ")*+?".includes(atom))) throw refused(part);
    if (!possessive) return part;
    // As many as there are: behind them stands no other.
    return possessive === "?+" ? `(?:${atom}|(?!${atom}))` : `${atom}${possessive[0]}(?!${atom})`;
  });
  return { ...config, pattern: { Regex: meant } };
}

/** What a repetition may stand behind: an escape, a class, a character; and a group that does not try again. */
const PARTS = /(\\[pPx]\{[^}]*\}|\\[^]|\[\^?\]?(?:\\[^]|\[:\^?\w+:\]|[^\]\\])*\]|\(\?>|[^])([*+?]\+)?/gu;

/**
 * @template {RegExp | string | null | undefined} T
 * @param {T} pattern with the flag g, as the library translates it
 * @returns {T} or what behaves like it in `matchAll`, `match`, `search` and `replaceAll`
 */
export function bounded(pattern) {
  if (!(pattern instanceof RegExp) || !mayTakeLong(parse(pattern))) return pattern;
  return /** @type {T} */ (/** @type {unknown} */ (new LinearPattern(pattern)));
}

/**
 * The matches of a pattern as the reference counts them: none inside a character of two units (where V8 finds some places that hold nothing), and no empty one right
 * behind the match before.
 * @param {string} text
 * @param {RegExp} pattern with the flag g
 */
export function* matchesOf(text, pattern) {
  let end = -1;
  for (const { 0: match, index } of text.matchAll(pattern)) {
    if (match === "" && (index === end || (text.codePointAt(index - 1) ?? 0) > 0xffff)) continue;
    end = index + match.length;
    yield { match, index, end };
  }
}

/**
 * @param {string} text
 * @param {RegExp} pattern with the flag g
 * @param {string} content in the place of each match
 */
export function replaced(text, pattern, content) {
  let [written, from] = ["", 0];
  for (const { index, end } of matchesOf(text, pattern)) {
    written += text.slice(from, index) + content;
    from = end;
  }
  return written + text.slice(from);
}
