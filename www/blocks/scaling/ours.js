// Our own tiny models beside the fit: their sizes and data are as small as a law can be asked about, and their losses were measured on other text in other tokens.

import gpt2 from "../../models/gpt2-tiny/metrics.json" with { type: "json" };
import llama from "../../models/llama-tiny/metrics.json" with { type: "json" };
import { SHIPPED } from "../../catalogue.js";

/** @typedef {{ name: string, N: number, D: number, loss: number }} Ours */

/** @type {Ours[]} */
export const OURS = /** @type {[string, typeof gpt2][]} */ ([
  ["gpt2-tiny", gpt2],
  ["llama-tiny", llama],
]).flatMap(([name, { metrics, training }]) => {
  const model = SHIPPED.find((shipped) => shipped.name === name);
  const loss = metrics.find(({ metric }) => metric === "loss per token");
  return model && loss ? [{ name, N: model.parameters, D: training.tokens, loss: loss.value }] : [];
});
