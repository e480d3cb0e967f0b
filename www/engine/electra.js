// ELECTRA's pair in one call (Clark et al. 2020, section 2): a generator fills masked places, and a discriminator says of every token whether it was there before.

import { portion } from "./turns.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./host.js").Input} Input */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Candidate} Candidate */
/** @typedef {import("../trace.js").Intervention} Intervention */
/**
 * `ids` is the text as the discriminator read it. Its logits are scores before the sigmoid: above 0, a token looks replaced.
 * @typedef {{ ids: number[], places: (Piece & { position: number, original: number, candidates: Candidate[] })[], generator: Trace, discriminator: Trace }} PairTrace
 */

/**
 * Masks `places` of the input (tokens counted from 0), lets the generator draw what stands there, and the discriminator judge the result.
 * @param {Model} generator a masked-language model with a mask token
 * @param {Model} discriminator an ElectraForPreTraining of the same vocabulary
 * @param {Input} input
 * @param {{ places: number[], temperature?: number, seed?: number, candidates?: number, capture?: string[], interventions?: Intervention[] } & import("./turns.js").Stoppable} options
 *   `capture` and `interventions` are of the discriminator; `signal` and `onProgress` as of a model's `run`, the share that of both passes
 * @returns {Promise<PairTrace>}
 */
export async function runPair(
  generator,
  discriminator,
  input,
  { places, temperature = 1, seed = 0, candidates, capture, interventions, ...work },
) {
  const { mask, vocab } = generator.info;
  if (mask === null)
    throw new Error(`${generator.info.name} has no mask token: take a generator with a tokenizer.json that has one.`);
  if (vocab !== discriminator.info.vocab) {
    throw new Error(
      `The generator has ${vocab} tokens and the discriminator ${discriminator.info.vocab}: take a pair of one vocabulary.`,
    );
  }
  const original = input.ids ?? (await generator.encode(input.text ?? "", input.textPair)).map(({ id }) => id);
  const withIds = (/** @type {number[]} */ ids) => ({
    ids,
    tokenTypeIds: input.tokenTypeIds,
    attentionMask: input.attentionMask,
  });
  const hidden = original.map((id, i) => (places.includes(i) ? mask : id));
  const filled = await generator.fill(withIds(hidden), { places, temperature, seed, candidates, ...portion(work, 0, 2) });
  const ids = [...original];
  for (const { position, id } of filled.places) ids[position] = id;
  const judged = await discriminator.run(withIds(ids), { capture, interventions, ...portion(work, 1, 2) });
  return {
    ids,
    places: filled.places.map((place) => ({ ...place, original: original[place.position] })),
    generator: filled.trace,
    discriminator: judged,
  };
}
