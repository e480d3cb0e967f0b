// T5's span corruption (Raffel et al. 2020, section 3.1.4) over whole words, as t5-tiny learned it: a share of the words is hidden in spans, a
// sentinel in place of each. The engine draws the spans (engine/corrupting.js).

/** @typedef {import("../engine/corrupting.js").Corrupt} Corrupt */
/** `sentinel` is in the input where the span was. @typedef {{ sentinel: string, text: string }} Span */
/** The text cut up: what stays, and what is hidden. @typedef {{ text: string, sentinel?: string }} Part */
/** @typedef {{ parts: Part[], spans: Span[], input: string, target: string, words: number, hidden: number }} Corrupted */

export const DENSITY = 0.15;
export const MEAN = 3;

/** A word with the apostrophes in it. */
const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu;

/**
 * @param {Corrupt} corrupt
 * @param {string} text
 * @param {{ seed: number, density?: number, mean?: number }} how `mean`: words of a span, on average
 * @returns {Promise<Corrupted | undefined>} undefined where fewer than two words leave no room
 */
export async function corruptSpans(corrupt, text, { seed, density = DENSITY, mean = MEAN }) {
  const words = [...text.matchAll(WORD)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  if (words.length < 2) return undefined;
  // The engine knows words by their numbers, and sentinels by the numbers behind those.
  const ids = words.map((_, i) => i);
  const { source, target } = await corrupt({
    objective: "span",
    ids,
    sentinels: [...ids, words.length].map((i) => words.length + i),
    share: density,
    mean,
    seed,
  });
  /** @type {Part[]} */
  const parts = [];
  /** @type {Span[]} */
  const spans = [];
  let from = 0;
  for (const id of source) {
    if (id < words.length) continue;
    const at = target.indexOf(id);
    const [first, last] = [target[at + 1], target[target.indexOf(id + 1) - 1]];
    const [start, end] = [words[first].start, words[last].end];
    const span = { sentinel: `<extra_id_${id - words.length}>`, text: text.slice(start, end) };
    if (start > from) parts.push({ text: text.slice(from, start) });
    parts.push(span);
    spans.push(span);
    from = end;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return {
    parts,
    spans,
    input: parts.map(({ text, sentinel }) => sentinel ?? text).join(""),
    target: `${spans.map(({ sentinel, text }) => `${sentinel} ${text} `).join("")}<extra_id_${spans.length}>`,
    words: words.length,
    hidden: words.length + spans.length - source.length,
  };
}

/**
 * What stands behind each sentinel of a target.
 * @param {string} target
 * @returns {Map<string, string>}
 */
export function readSpans(target) {
  const parts = target.split(/(<extra_id_\d+>)/);
  return new Map(
    parts.flatMap((part, i) => (i % 2 === 1 ? [/** @type {[string, string]} */ ([part, (parts[i + 1] ?? "").trim()])] : [])),
  );
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
