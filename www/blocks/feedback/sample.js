// Completions drawn from a model, with the scores that they were drawn from, and what another model thinks of them.

import { axis } from "../../trace.js";
import { Trouble } from "../../trouble.js";
import { logProbability } from "./math.js";

/** @typedef {import("../../engine/model.js").Model} Model */
/** `rows` are the scores before each token of the completion. @typedef {{ text: string, ids: number[], rows: Float32Array[], logProbability: number }} Sample */
/** @typedef {Sample & { reward: number }} Judged */
/** @typedef {{ seed: number, temperature: number, maxNewTokens: number }} Options */

/** Completions that are kept of a model and its judge. */
const KEPT = 64;

/** What the blocks of a page have drawn, by the model that writes and the one that judges. @type {WeakMap<Model, WeakMap<Model, Map<string, Promise<Judged>>>>} */
const DRAWN = new WeakMap();

/**
 * A completion and its reward. Blocks that ask for the same one share it: a lesson has several on the same samples.
 * @param {Model} model
 * @param {Model} judge
 * @param {string} prompt
 * @param {Options} options
 * @param {AbortSignal} signal
 * @returns {Promise<Judged>}
 */
export async function judged(model, judge, prompt, options, signal) {
  const byJudge = DRAWN.get(model) ?? new WeakMap();
  const known = byJudge.get(judge) ?? new Map();
  DRAWN.set(model, byJudge.set(judge, known));
  const key = JSON.stringify([prompt, options]);
  const found =
    known.get(key) ??
    draw(model, prompt, options, signal).then(async (sample) => ({
      ...sample,
      reward: await rewardOf(judge, prompt, sample.text, signal),
    }));
  known.set(key, found);
  found.catch(() => known.delete(key));
  if (known.size > KEPT) known.delete(known.keys().next().value);
  try {
    return await found;
  } catch (error) {
    // The block that drew it was stopped, this one was not.
    if (error?.name === "AbortError" && !signal.aborted) return judged(model, judge, prompt, options, signal);
    throw error;
  }
}

/**
 * @param {Model} model
 * @param {string} prompt
 * @param {Options} options
 * @param {AbortSignal} signal
 * @returns {Promise<Sample>}
 */
async function draw(model, prompt, options, signal) {
  const before = (await model.encode(prompt)).map(({ id }) => id);
  /** @type {number[]} */
  const ids = [];
  let text = "";
  for await (const step of model.generate({ text: prompt }, { ...options, signal })) {
    ids.push(step.id);
    text = step.text;
  }
  signal.throwIfAborted();
  const { logits } = await model.run({ ids: [...before, ...ids] }, { signal });
  const vocab = logits.shape[axis(logits, "d_vocab")];
  const rows = ids.map((_, t) => logits.data.subarray((before.length - 1 + t) * vocab, (before.length + t) * vocab));
  return {
    text: text.startsWith(prompt) ? text.slice(prompt.length) : text,
    ids,
    rows,
    logProbability: logProbability(rows, ids),
  };
}

/**
 * A reward, before the sigmoid: the one number of a reward model, a classifier's score of "positive" against the other class, or the next-sentence head's of "follows".
 * @param {Model} model
 * @param {string} prompt
 * @param {string} completion
 * @param {AbortSignal} signal
 */
async function rewardOf(model, prompt, completion, signal) {
  const { labels, classes, name } = model.info;
  const good = labels.length === 1 ? 0 : labels.findIndex((label) => /pos/i.test(label ?? ""));
  if (labels.length === 1 || (labels.length === 2 && good >= 0)) {
    const { data } = (await model.run({ text: `${prompt}${completion}` }, { signal })).logits;
    // Where classes exclude one another, the sigmoid of the difference is the softmax.
    return classes === "softmax" ? data[good] - data[1 - good] : data[good];
  }
  const { activations } = await model.run({ text: prompt, textPair: completion }, { signal });
  const answer = activations.get("nsp_logits");
  if (!answer) throw new Trouble("trouble.judge", { name });
  return answer.data[0] - answer.data[1];
}
