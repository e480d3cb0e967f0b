// An input as the engine reads it: ids.

import { given } from "./options.js";

/**
 * @param {import("./host.js").Input} input
 * @param {import("../text/text.js").Text | import("../text/text.js").NoText} tokenizer
 * @param {boolean} tokenTypes whether the model tells segments apart
 * @param {number} decoderStart the token before all that a decoder writes
 */
export function idsOf(
  { text, textPair, ids, tokenTypeIds, attentionMask, decoderText, decoderIds },
  tokenizer,
  tokenTypes,
  decoderStart,
) {
  if (ids === undefined && text === undefined) throw new Error("The input has neither text nor ids: give one of them.");
  const encoded = ids ? { ids, tokenTypeIds } : tokenizer.encode(/** @type {string} */ (text), textPair);
  return given({
    ids: encoded.ids,
    tokenTypeIds: tokenTypeIds ?? (tokenTypes ? encoded.tokenTypeIds : undefined),
    attentionMask,
    decoderIds: decoderIds ?? (decoderText === undefined ? undefined : [decoderStart, ...tokenizer.encodeBare(decoderText)]),
  });
}
