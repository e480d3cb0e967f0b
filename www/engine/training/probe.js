// The labels of a text that is watched while a model trains: the gradients of a text are those of its loss.

import { arrays } from "./options.js";

/** @typedef {{ ids: number[], tokenTypeIds?: number[], attentionMask?: number[], decoderIds?: number[] }} Ids */
/** Labels of a probe: those of its tokens, of what its decoder writes, or its class; several heads' by their names. @typedef {number | number[] | Record<string, number | number[]>} Labels */

/**
 * The text with its labels, as a batch of one.
 * @param {Ids} ids
 * @param {Labels | undefined} labels left out: the text itself, of an encoder-decoder what its decoder reads, moved one place back
 * @param {{ kind: string, eos: number[], hooks: { name: string, axes: string[] }[] }} info
 */
export function probeBatch({ ids, tokenTypeIds, attentionMask, decoderIds }, labels, { kind, eos, hooks }) {
  /** @type {Record<string, number[][] | number[]>} */
  const batch = { input_ids: [ids] };
  if (attentionMask?.length) batch.attention_mask = [attentionMask];
  if (tokenTypeIds?.length) batch.token_type_ids = [tokenTypeIds];
  if (decoderIds?.length) batch.decoder_input_ids = [decoderIds];
  const logits = hooks.find(({ name }) => name === "logits")?.axes ?? [];
  const perToken = logits.includes("pos");
  const heads =
    typeof labels === "object" && !Array.isArray(labels) ? labels : { labels: labels ?? own(ids, decoderIds, eos, kind, logits) };
  for (const [name, list] of Object.entries(heads)) {
    const numbers = typeof list === "number" ? [list] : list;
    batch[name] = name === "labels" && (perToken || numbers.length > 1) ? [numbers] : numbers;
  }
  return arrays(batch);
}

/**
 * @param {number[]} ids
 * @param {number[] | undefined} written
 * @param {number[]} eos
 * @param {string} kind
 * @param {string[]} logits the axes
 */
function own(ids, written, eos, kind, logits) {
  if (kind === "encoder-decoder" && written) return [...written.slice(1), eos[0] ?? written[0]];
  if (kind === "decoder" || (kind === "encoder" && logits.includes("d_vocab"))) return ids;
  throw new Error("The probe has no labels, and a gradient is one of its loss: give labels.");
}
