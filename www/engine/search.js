// A beam search, a few steps at a time: what it has looked at so far is known, and nothing is computed for a search that nobody waits for.

import { again, Replay } from "./generation.js";
import { untilAborted } from "./options.js";

/** @typedef {import("../trace.js").BeamTree} BeamTree */
/** @typedef {import("../trace.js").Intervention} Intervention */
/** @typedef {import("./host.js").Input} Input */
/** `signal` ends the search, and the promise rejects with its reason; `onStep` hears how many steps are done. @typedef {{ beams: number, maxNewTokens: number, interventions?: Intervention[], signal?: AbortSignal, onStep?: (done: number) => void }} SearchOptions */

/**
 * @param {(method: string, args: any[], stoppable?: import("./turns.js").Stoppable) => Promise<any>} call
 * @param {() => number} epochOf changes when the engine is another one, without this search
 * @param {Input} input
 * @param {SearchOptions} options
 * @returns {Promise<BeamTree>}
 */
export function search(call, epochOf, input, { signal, onStep = () => {}, ...options }) {
  // Nothing is drawn by chance: from the beginning, it finds the same.
  return again(() => once(call, epochOf, input, options, { signal, onStep }));
}

/**
 * @param {(method: string, args: any[], stoppable?: import("./turns.js").Stoppable) => Promise<any>} call
 * @param {() => number} epochOf
 * @param {Input} input
 * @param {object} options
 * @param {{ signal?: AbortSignal, onStep: (done: number) => void }} listener
 * @returns {Promise<BeamTree>}
 */
async function once(call, epochOf, input, options, { signal, onStep }) {
  signal?.throwIfAborted();
  const epoch = epochOf();
  const session = await untilAborted(call("search", [input, options], { signal }), signal);
  /** @type {BeamTree["steps"]} */
  const steps = [];
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (epoch !== epochOf()) throw new Replay();
      const { looked, found } = await untilAborted(call("look", [session], { signal }), signal);
      steps.push(...looked);
      onStep(steps.length);
      if (found) return { ...found, steps };
    }
  } finally {
    if (epoch === epochOf()) call("release", [session]).catch(() => {});
  }
}
