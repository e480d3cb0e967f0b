// T5's span corruption (Raffel et al. 2020, section 3.1.4) over whole words, as t5-tiny learned it: a share of the words is hidden in spans, a sentinel in place of each.

/** @typedef {import("./random.js").Random} Random */
/** `sentinel` is in the input where the span was. @typedef {{ sentinel: string, text: string }} Span */
/** The text cut up: what stays, and what is hidden. @typedef {{ text: string, sentinel?: string }} Part */
/** @typedef {{ parts: Part[], spans: Span[], input: string, target: string, words: number, hidden: number }} Corrupted */

export const DENSITY = 0.15;
export const MEAN = 3;

/** A word with the apostrophes in it. */
const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu;

/**
 * @param {string} text
 * @param {{ random: Random, density?: number, mean?: number }} how `mean`: words of a span, on average
 * @returns {Corrupted | undefined} undefined where fewer than two words leave no room
 */
export function corruptSpans(text, { random, density = DENSITY, mean = MEAN }) {
  const words = [...text.matchAll(WORD)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  if (words.length < 2) return undefined;
  const hidden = Math.min(words.length - 1, Math.max(1, Math.round(words.length * density)));
  // Between two spans stands a word at least.
  const count = Math.max(1, Math.min(Math.round(hidden / mean), words.length - hidden + 1));
  const lengths = segments(hidden, count, random);
  // Room before, between and after: one more than the spans have between them, so that the ends may be empty.
  const gaps = segments(words.length - hidden + 2, count + 1, random);
  /** @type {Part[]} */
  const parts = [];
  /** @type {Span[]} */
  const spans = [];
  let [word, from] = [gaps[0] - 1, 0];
  lengths.forEach((length, i) => {
    const [start, end] = [words[word].start, words[word + length - 1].end];
    const span = { sentinel: `<extra_id_${i}>`, text: text.slice(start, end) };
    if (start > from) parts.push({ text: text.slice(from, start) });
    parts.push(span);
    spans.push(span);
    from = end;
    word += length + gaps[i + 1];
  });
  if (from < text.length) parts.push({ text: text.slice(from) });
  return {
    parts,
    spans,
    input: parts.map(({ text, sentinel }) => sentinel ?? text).join(""),
    target: `${spans.map(({ sentinel, text }) => `${sentinel} ${text} `).join("")}<extra_id_${spans.length}>`,
    words: words.length,
    hidden,
  };
}

/**
 * What stands behind each sentinel of a target.
 * @param {string} target
 * @returns {Map<string, string>}
 */
export function readSpans(target) {
  const parts = target.split(/(<extra_id_\d+>)/);
  return new Map(parts.flatMap((part, i) => (i % 2 === 1 ? [/** @type {[string, string]} */ ([part, (parts[i + 1] ?? "").trim()])] : [])));
}

/**
 * The same of tokens as a model writes them; a sentinel not yet followed by anything has no span.
 * @param {{ token: string, special: boolean }[]} written
 * @returns {Map<string, string>}
 */
export function spansWritten(written) {
  /** @type {Map<string, string>} */
  const spans = new Map();
  let sentinel = "";
  for (const { token, special } of written) {
    if (/^<extra_id_\d+>$/.test(token)) sentinel = token;
    else if (!special && sentinel) spans.set(sentinel, (spans.get(sentinel) ?? "") + token.replaceAll("▁", " "));
  }
  return new Map([...spans].map(([sentinel, span]) => [sentinel, span.trim()]));
}

/**
 * The text that an input and a target stand for.
 * @param {string} input
 * @param {string} target
 */
export function restore(input, target) {
  const spans = readSpans(target);
  return input.replace(/<extra_id_\d+>/g, (sentinel) => spans.get(sentinel) ?? sentinel);
}

/**
 * A number as a sum of `count` numbers of at least 1, each such sum as likely as the others.
 * @param {number} total
 * @param {number} count
 * @param {Random} random
 */
function segments(total, count, random) {
  const cuts = random.some(Array.from({ length: total - 1 }, (_, i) => i + 1), count - 1);
  return [...cuts, total].map((cut, i) => cut - (i > 0 ? cuts[i - 1] : 0));
}
