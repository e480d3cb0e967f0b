// What a training objective does to a text, asked of the engine's own objectives (src/train/objectives): what a view shows of a seed is what training does with it. Needs the
// engine's module, and no model.

import { hideSpans, maskTokens, startEngine } from "./wasm.js";

/**
 * Masked tokens (Devlin et al. 2019, section 3.1), epoch by epoch, as of a text that is all of a training's data. `mixed`: 80 % of the chosen tokens masked, 10 % swapped for one of `ordinary`, 10 % kept;
 * otherwise all masked. `copies`: of static masking (Liu et al. 2019, section 4.1), which takes so many masks in turn; 0: a new one in each epoch. Only ids in `ordinary`, which is in order, are chosen.
 * @typedef {{ objective: "mlm", ids: number[], ordinary: number[], mask: number, share: number, mixed: boolean, seed: number, copies: number, epochs: number }} Masking
 */
/** `labels`: the original id where a place was chosen, else −100. @typedef {{ ids: number[], labels: number[] }} Masked */
/**
 * Hidden spans (Raffel et al. 2020, section 3.1.4): a share of the ids, in spans of `mean` ids on average, a sentinel in place of each.
 * @typedef {{ objective: "span", ids: number[], sentinels: number[], share: number, mean: number, seed: number }} Hiding
 */
/** The ids that are read, and those that are written: each sentinel with what stood there, and one more. @typedef {{ source: number[], target: number[] }} Hidden */
/** Asks the engine. @typedef {{ (corruption: Masking): Promise<Masked[]>, (corruption: Hiding): Promise<Hidden> }} Corrupt */

export class Corrupting {
  /** @param {Masking | Hiding} corruption */
  async corrupt(corruption) {
    await startEngine();
    return corruption.objective === "mlm" ? masked(corruption) : hidden(corruption);
  }
}

/**
 * The engine has started.
 * @param {Masking} masking
 * @returns {Masked[]} one for each epoch
 */
export function masked({ objective: _, ids, ordinary, ...options }) {
  const all = Array.from(maskTokens(Uint32Array.from(ids), Uint32Array.from(ordinary), options));
  const row = (/** @type {number} */ i) => all.slice(i * ids.length, (i + 1) * ids.length);
  return Array.from({ length: options.epochs }, (_, epoch) => ({ ids: row(2 * epoch), labels: row(2 * epoch + 1) }));
}

/**
 * The engine has started.
 * @param {Hiding} hiding
 * @returns {Hidden}
 */
export function hidden({ ids, sentinels, share, mean, seed }) {
  const [source, target] = hideSpans(Uint32Array.from(ids), Uint32Array.from(sentinels), share, mean, seed);
  return { source: Array.from(source), target: Array.from(target) };
}
