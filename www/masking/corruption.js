// What is done to a text before a masked-language model learns from it (Devlin et al. 2019, section 3.1; Liu et al. 2019, section 4.1). The engine draws (engine/corrupting.js); here is what its
// draws mean for the tokens of a text.

/** @typedef {import("../engine/corrupting.js").Corrupt} Corrupt */
/** @typedef {import("../engine/corrupting.js").Masked} Masked */
/** @typedef {import("../trace.js").Piece} Piece */
/** What happens to a chosen token: hidden behind the mask token, swapped for another, or left as it is. @typedef {"masked" | "random" | "kept"} Deed */
/** `id` is what the model reads there. @typedef {{ position: number, deed: Deed, id: number }} Target */

export const RATE = 0.15;

/** How many masked copies RoBERTa's comparison made of its data, and for how many epochs it trained. */
export const COPIES = 10;
export const EPOCHS = 40;

/** Stands for the mask token where it matters only which places are chosen. */
const NO_MASK = 2 ** 32 - 1;

/**
 * BERT's 80/10/10.
 * @param {Corrupt} corrupt
 * @param {readonly Piece[]} tokens
 * @param {{ seed: number, mask: number, vocabulary: readonly number[], rate?: number }} how `vocabulary`: the ids that stand for text, in order
 * @returns {Promise<Target[]>}
 */
export async function targetsOf(corrupt, tokens, { seed, mask, vocabulary, rate = RATE }) {
  const ids = tokens.map(({ id }) => id);
  const [epoch] = await corrupt({
    objective: "mlm",
    ids,
    ordinary: [...vocabulary],
    mask,
    share: rate,
    mixed: true,
    seed,
    copies: 0,
    epochs: 1,
  });
  return placesOf(epoch).map((position) => {
    const id = epoch.ids[position];
    return { position, deed: id === mask ? "masked" : id === ids[position] ? "kept" : "random", id };
  });
}

/**
 * The places chosen in each epoch. Static masking chooses once for each of its copies and takes the copies in turn; dynamic masking chooses anew in every epoch.
 * @param {Corrupt} corrupt
 * @param {readonly Piece[]} tokens
 * @param {{ seed: number, copies?: number, epochs?: number, rate?: number }} how `copies` 0: dynamic
 * @returns {Promise<number[][]>}
 */
export async function epochsOf(corrupt, tokens, { seed, copies = 0, epochs = EPOCHS, rate = RATE }) {
  const ordinary = [...new Set(tokens.filter(({ special }) => !special).map(({ id }) => id))].sort((a, b) => a - b);
  const drawn = await corrupt({
    objective: "mlm",
    ids: tokens.map(({ id }) => id),
    ordinary,
    mask: NO_MASK,
    share: rate,
    mixed: false,
    seed,
    copies,
    epochs,
  });
  return drawn.map(placesOf);
}

/** @param {Masked} masked */
function placesOf({ labels }) {
  return labels.flatMap((label, position) => (label >= 0 ? [position] : []));
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
