// What is done to a text before a masked-language model learns from it (Devlin et al. 2019, section 3.1; Liu et al. 2019, section 4.1).

/** @typedef {import("./random.js").Random} Random */
/** @typedef {import("../trace.js").Piece} Piece */
/** What happens to a chosen token: hidden behind the mask token, swapped for another, or left as it is. @typedef {"masked" | "random" | "kept"} Deed */
/** `id` is what the model reads there. @typedef {{ position: number, deed: Deed, id: number }} Target */

export const RATE = 0.15;

/** How many masked copies RoBERTa's comparison made of its data, and for how many epochs it trained. */
export const COPIES = 10;
export const EPOCHS = 40;

/**
 * The places that are chosen: a share of the tokens that stand for text, rounded, at least one.
 * @param {readonly Piece[]} tokens
 * @param {Random} random
 * @param {number} [rate]
 * @returns {number[]} in order
 */
export function choose(tokens, random, rate = RATE) {
  const open = tokens.flatMap(({ special }, position) => (special ? [] : [position]));
  return random.some(open, Math.min(open.length, Math.max(1, Math.round(open.length * rate))));
}

/**
 * BERT's 80/10/10: of the chosen tokens 80 % are masked, 10 % swapped for one of `vocabulary`, 10 % kept, each by a draw of its own.
 * @param {readonly Piece[]} tokens
 * @param {{ random: Random, mask: number, vocabulary: readonly number[], rate?: number }} how
 * @returns {Target[]}
 */
export function corrupt(tokens, { random, mask, vocabulary, rate }) {
  return choose(tokens, random, rate).map((position) => {
    const draw = random.below(10);
    if (draw < 8) return { position, deed: "masked", id: mask };
    if (draw === 9) return { position, deed: "kept", id: tokens[position].id };
    return { position, deed: "random", id: vocabulary[random.below(vocabulary.length)] };
  });
}

/**
 * How often each deed was done.
 * @param {readonly Target[]} targets
 * @returns {Record<Deed, number>}
 */
export function countDeeds(targets) {
  const counts = { masked: 0, random: 0, kept: 0 };
  for (const { deed } of targets) counts[deed]++;
  return counts;
}

/**
 * The places chosen in each epoch. Static masking chooses once for each of its copies and takes the copies in turn; dynamic masking chooses anew in every epoch.
 * @param {readonly Piece[]} tokens
 * @param {{ random: Random, copies?: number, epochs?: number, rate?: number }} how `copies` 0: dynamic
 * @returns {number[][]}
 */
export function epochsOf(tokens, { random, copies = 0, epochs = EPOCHS, rate }) {
  const drawn = Array.from({ length: copies || epochs }, () => choose(tokens, random, rate));
  return Array.from({ length: epochs }, (_, epoch) => drawn[epoch % drawn.length]);
}

/**
 * How many different places had been chosen by the end of each epoch.
 * @param {readonly number[][]} epochs
 * @returns {number[]}
 */
export function coverage(epochs) {
  const seen = new Set();
  return epochs.map((places) => {
    for (const place of places) seen.add(place);
    return seen.size;
  });
}
