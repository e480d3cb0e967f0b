// Numbers of a golden, as views take them.

import { golden } from "../golden.js";

export const tensors = golden("t5-v1_0-relu");
const hooks = ["encoder.0.attn", "decoder.0.attn", "decoder.0.cross_attn"].flatMap((place) =>
  ["hook_pattern", "hook_attn_scores", "hook_attn_scores_unmasked"].map((hook) => `${place}.${hook}`),
);
export const activations = hooks.map((name) => ({
  name,
  axes: ["batch", "head", "query_pos", "key_pos"],
  .../** @type {import("../golden.js").Tensor} */ (tensors.get(`case0/${name}`)),
}));
const pieces = (/** @type {string} */ key) =>
  (tensors.get(`case0/${key}`)?.data ?? []).map((id, i) => ({ id, token: i % 3 ? `t${id}` : `▁w${id}`, special: id < 2 }));
export const source = pieces("input.ids");
export const target = pieces("input.decoder_ids");

export const HEADS = tensors.get("case0/decoder.0.attn.hook_pattern")?.shape[1];
export const FEW = [
  { id: 7, token: "▁a", special: false },
  { id: 8, token: "<b>", special: false },
  { id: 1, token: "</s>", special: true },
];
export const CAUSAL = [1, 0, 0, 1, 1, 0, 1, 1, 1];
