// A text as the positions at which a model says something: an encoder's input, a decoder's text, what an encoder-decoder writes.

/** @typedef {import("../../engine/model.js").Model} Model */
/** @typedef {import("../../engine/host.js").Input} Input */
/** @typedef {import("../../trace.js").Piece} Piece */

/** As much of a translation as is looked at. */
const MOST = 24; // tokens

/**
 * @param {Model} model
 * @param {string} text
 * @returns {Promise<{ input: Input, pieces: Piece[], source: Piece[] }>} `pieces` stand at the positions of the logits; of an encoder-decoder they are its start token and what it writes greedily, all but the end
 */
export async function sequenceOf(model, text) {
  const source = await model.encode(text);
  const ids = source.map(({ id }) => id);
  const tokenTypeIds = source.some(({ segment }) => segment !== undefined)
    ? source.map(({ segment }) => segment ?? 0)
    : undefined;
  if (model.info.kind !== "encoder-decoder") return { input: { ids, tokenTypeIds }, pieces: source, source };
  const written = [];
  for await (const { id, done } of model.generate({ ids }, { maxNewTokens: MOST, candidates: 1, capture: [] }))
    if (!done) written.push(id);
  const decoderIds = [model.info.decoderStart, ...written];
  return { input: { ids, decoderIds }, pieces: await model.pieces(decoderIds), source };
}
