// What a model answers under a reader's mask, and how far its scores have moved.

import { portion } from "../engine/turns.js";
import { runMasked } from "./masks.js";
import { outputHeadOf } from "../reading/reader.js";
import { meaningOf, sigmoid } from "../reading/classes.js";
import { cutDistribution } from "../reading/sampling.js";
import { slice } from "../trace.js";

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Candidate} Candidate */
/** @typedef {import("./masks.js").Mask} Mask */
/** @typedef {import("./masks.js").Extent} Extent */
/** @typedef {{ mask: Mask, extent: Extent, layers: number }} Under */
/**
 * `places` are masked words and their candidates, or the next token's; `written` is what the model goes on with; `classes` (shares, or a regression's numbers) and `judged` are of models with such heads.
 * `states` are the last layer's, of a model whose head says nothing of each token.
 * @typedef {{ logits: import("../trace.js").Activation | undefined, states: import("../trace.js").Activation | undefined, places: { position: number, candidates: Candidate[] }[], written: Piece[], classes: number[], judged: number[], opens: boolean }} Answer
 */

const CANDIDATES = 5;

/**
 * @param {Model} model
 * @param {{ source: Piece[], read: number[] }} text `read`: an encoder-decoder's tokens whose scores are compared, the start token first
 * @param {Under} under
 * @param {number} most tokens to write
 * @param {import("../engine/turns.js").Stoppable} [work]
 * @returns {Promise<Answer>}
 */
export async function answerUnder(model, { source, read }, under, most, work = {}) {
  const { kind } = model.info;
  const ids = source.map(({ id }) => id);
  const head = outputHeadOf(model.info);
  const last = kind === "encoder" && (head === "none" || head === "classes") ? `blocks.${under.layers - 1}.hook_resid_post` : "";
  const room = model.info.maxPositions === null ? Infinity : model.info.maxPositions - ids.length;
  const tokens = kind === "encoder" ? 0 : Math.max(0, Math.min(most, room));
  const pass = (/** @type {number[]} */ own, /** @type {number[]} */ decoderIds, /** @type {number} */ done) =>
    through(model, { source, own, decoderIds }, under, last ? [last] : [], portion(work, done, 1 + tokens));
  const { trace, opens } = await pass(ids, read, 0);
  /** @type {Answer} */
  const answer = {
    logits: trace.logits,
    states: trace.activations.get(last),
    places: [],
    written: [],
    classes: [],
    judged: [],
    opens,
  };
  if (kind === "encoder") {
    if (head === "words") {
      const { mask } = model.info;
      for (const [position, { id }] of source.entries())
        if (id === mask) answer.places.push({ position, candidates: await candidatesAt(model, trace, position) });
    }
    if (head === "classes") answer.classes = Array.from(meaningOf(model.info.classes, trace.logits.data));
    if (head === "tokens") answer.judged = Array.from(trace.logits.data, sigmoid);
    return answer;
  }
  const decoder = kind === "decoder";
  if (decoder) answer.places = [{ position: ids.length, candidates: await candidatesAt(model, trace, ids.length - 1) }];
  // Under a mask that looks ahead each new token changes what was computed before it, so every token is a pass over the whole text.
  const written = [];
  const start = decoder ? [] : [model.info.decoderStart];
  for (let next = decoder ? likeliest(trace, ids.length - 1) : likeliest(trace, 0); written.length < tokens;) {
    written.push(next);
    if (model.info.eos.includes(next)) break;
    const longer = await pass(decoder ? [...ids, ...written] : ids, [...start, ...written], written.length);
    next = likeliest(longer.trace, (decoder ? ids.length : 1) + written.length - 1);
  }
  answer.written = await model.pieces(written);
  return answer;
}

/**
 * How far the scores have moved at each place: the largest |Δ logit|.
 * @param {Answer["logits"]} before
 * @param {Answer["logits"]} after of the same shape
 * @returns {number[]} empty for a model without scores at each place
 */
export function changes(before, after) {
  const places = before?.axes.indexOf("pos") ?? -1;
  if (!before || !after || places < 0) return [];
  const length = before.shape[places];
  const width = before.data.length / length;
  return Array.from({ length }, (_, place) => {
    let most = 0;
    for (let i = place * width; i < (place + 1) * width; i++) most = Math.max(most, Math.abs(after.data[i] - before.data[i]));
    return most;
  });
}

/**
 * How far each token's state has moved, as a share of its length: ‖after − before‖ ÷ ‖before‖.
 * @param {import("../trace.js").Activation} before [batch pos d_model]
 * @param {import("../trace.js").Activation} after of the same shape
 * @returns {number[]}
 */
export function drift({ shape: [, length, width], data: before }, { data: after }) {
  return Array.from({ length }, (_, place) => {
    let [moved, whole] = [0, 0];
    for (let i = place * width; i < (place + 1) * width; i++)
      [moved, whole] = [moved + (after[i] - before[i]) ** 2, whole + before[i] ** 2];
    return whole > 0 ? Math.sqrt(moved / whole) : 0;
  });
}

/**
 * @param {Model} model
 * @param {{ source: Piece[], own: number[], decoderIds: number[] }} tokens
 * @param {Under} under
 * @param {string[]} capture
 * @param {import("../engine/turns.js").Stoppable} work
 */
function through(model, { source, own, decoderIds }, { mask, extent, layers }, capture, work) {
  const both = model.info.kind === "encoder-decoder";
  const segments = source.every(({ segment }) => segment !== undefined)
    ? source.map(({ segment }) => /** @type {number} */ (segment))
    : undefined;
  const input = both ? { ids: own, decoderIds } : { ids: own, tokenTypeIds: segments };
  const written = both && extent.stack !== "encoder" ? decoderIds.length : own.length;
  return runMasked(
    model,
    input,
    { mask, extent, layers, rows: written, columns: both && extent.stack === "decoder" ? decoderIds.length : own.length },
    capture,
    work,
  );
}

/**
 * @param {Model} model
 * @param {Trace} trace
 * @param {number} position
 * @returns {Promise<Candidate[]>}
 */
async function candidatesAt(model, { logits }, position) {
  const listed = cutDistribution(slice(logits, { batch: 0, pos: position }).data, { temperature: 1 }, CANDIDATES);
  const pieces = await model.pieces(listed.map(({ id }) => id));
  return listed.map((candidate, i) => ({ ...candidate, ...pieces[i] }));
}

/**
 * @param {Trace} trace
 * @param {number} position
 */
function likeliest({ logits }, position) {
  const { data } = slice(logits, { batch: 0, pos: position });
  return data.reduce((best, logit, id) => (logit > data[best] ? id : best), 0);
}
