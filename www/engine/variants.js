// Many passes that differ a little, in a few calls: what they have in common the engine computes once, and their answers wait in memory together.

import { fromRaw } from "../trace.js";
import { portion } from "./turns.js";

/** @typedef {import("../trace.js").Trace} Trace */

/** Of one text a trace, of a list of texts a list. @template I @typedef {I extends any[] ? Trace[] : Trace} OfTexts */
/** What a run brings; of several variants a list of that. @template I @template V @typedef {V extends any[] ? OfTexts<I>[] : OfTexts<I>} Traces */

/** Scores of all passes of one call, in numbers: 128 MB. */
const ROOM = 2 ** 25;

/**
 * @param {any} raw a trace as the engine gives it, or a list of them, also of lists
 * @returns {any}
 */
export function tracesOf(raw) {
  return Array.isArray(raw) ? raw.map(tracesOf) : fromRaw(raw);
}

/**
 * A pass for each list of interventions, in their order.
 * @param {import("./model.js").Model} model
 * @param {import("./host.js").Input} input as ids
 * @param {import("../trace.js").Intervention[][]} variants
 * @param {import("./turns.js").Stoppable} [work]
 * @returns {AsyncGenerator<Trace, void, void>}
 */
export async function* eachOf(model, input, variants, work = {}) {
  const positions = (input.decoderIds ?? input.ids ?? []).length;
  const together = Math.max(1, Math.floor(ROOM / Math.max(1, positions * model.info.vocab)));
  const calls = Math.ceil(variants.length / together);
  for (let call = 0; call < calls; call++) {
    yield* await model.run(input, {
      variants: variants.slice(call * together, (call + 1) * together),
      ...portion(work, call, calls),
    });
  }
}
