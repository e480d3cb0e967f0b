// A text written token by token, as one generation or the replay of a search.

import { lengthOptions, untilAborted } from "./options.js";

/** @typedef {import("./generation.js").Generation} Generation */
/** @typedef {import("./host.js").Input} Input */
/** @typedef {NonNullable<Parameters<import("./model.js").Model["generate"]>[1]>} WritingOptions */

/**
 * What `Model.generate` gives.
 * @param {import("./model.js").Model} model
 * @param {(input: Input) => Promise<number>} usualLength
 * @param {Input} input
 * @param {WritingOptions} options
 * @returns {AsyncGenerator<import("../trace.js").Step, void, void>}
 */
export async function* written(
  model,
  usualLength,
  input,
  { maxNewTokens: most, beams: width, signal, interventions, ...settings },
) {
  const { maxNewTokens: asked, beams } = lengthOptions({ maxNewTokens: most, beams: width });
  /** @type {Generation | undefined} */
  let generation;
  try {
    signal?.throwIfAborted();
    const maxNewTokens = asked ?? (await usualLength(input));
    const forced = beams > 1 ? await model.beamSearch(input, { beams, maxNewTokens, interventions, signal }) : undefined;
    generation = await model.start(input, { interventions, signal });
    // A decoder's last token needs no position: nobody reads it.
    const { kind, maxPositions } = model.info;
    const room = kind === "decoder" && maxPositions !== null ? maxPositions + 1 - generation.source.length : Infinity;
    const count = forced ? forced.length : Math.min(maxNewTokens, room);
    for (let written = 0; written < count;) {
      const steps = await untilAborted(
        generation.steps({ ...settings, limit: count, forced: forced?.slice(written), signal }, count - written),
        signal,
      );
      for (const step of steps) {
        signal?.throwIfAborted();
        yield step;
        if (step.done) return;
      }
      written += steps.length;
    }
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error;
  } finally {
    // Nobody waits for a step that is still being computed.
    generation?.release();
  }
}
