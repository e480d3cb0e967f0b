// Completions drawn from a model, with the scores that they were drawn from, and what another model thinks of them.

import { axis } from "../../trace.js";
import { logProbability } from "./math.js";

/** @typedef {import("../../engine/model.js").Model} Model */
/** `rows` are the scores before each token of the completion. @typedef {{ text: string, ids: number[], rows: Float32Array[], logProbability: number }} Sample */

/**
 * @param {Model} model
 * @param {string} prompt
 * @param {{ seed: number, temperature: number, maxNewTokens: number }} options
 * @returns {Promise<Sample>}
 */
export async function draw(model, prompt, options) {
  const before = (await model.encode(prompt)).map(({ id }) => id);
  /** @type {number[]} */
  const ids = [];
  let text = "";
  for await (const step of model.generate({ text: prompt }, options)) {
    ids.push(step.id);
    text = step.text;
  }
  const { logits } = await model.run({ ids: [...before, ...ids] });
  const vocab = logits.shape[axis(logits, "d_vocab")];
  const rows = ids.map((_, t) => logits.data.subarray((before.length - 1 + t) * vocab, (before.length + t) * vocab));
  return { text: text.startsWith(prompt) ? text.slice(prompt.length) : text, ids, rows, logProbability: logProbability(rows, ids) };
}

/**
 * A reward, before the sigmoid: a classifier's score of "positive" against the other class, or the next-sentence head's of "follows".
 * @param {Model} model
 * @param {string} prompt
 * @param {string} completion
 */
export async function rewardOf(model, prompt, completion) {
  const { labels } = model.info;
  if (labels.length === 2) {
    const { data } = (await model.run({ text: `${prompt}${completion}` })).logits;
    const good = Math.max(0, labels.findIndex((label) => /pos/i.test(label)));
    return data[good] - data[1 - good];
  }
  const { activations } = await model.run({ text: prompt, textPair: completion });
  const answer = activations.get("nsp_logits");
  if (!answer) throw new Error(`${model.info.name} judges no text: it has neither two classes nor a next-sentence head.`);
  return answer.data[0] - answer.data[1];
}
