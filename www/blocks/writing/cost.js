// What a key/value cache saves, measured: the same tokens written with it, and each with a fresh pass over all that stands before it.

/** @typedef {import("../../engine/model.js").Model} Model */
/** @typedef {import("../../trace.js").Piece} Piece */
/**
 * `computed` is how many rows of keys and values a pass computes, `reused` how many it finds; `ms` is the engine's time.
 * @typedef {{ id: number, computed: number, reused: number, ms: number }} Pass
 */
/** `prompt` is how many tokens the decoder reads before its first own. @typedef {{ prompt: number, tokens: Piece[], kept: Pass[], fresh: Pass[], same: number }} Cost */

/** Passes are repeated for as long as this allows: machines do other things too, and clocks of browsers are coarse. */
const PATIENCE = 1500; // ms
const ROUNDS = 8;

/**
 * @param {Model} model
 * @param {string} text
 * @param {number} count tokens to write, greedily
 * @param {(share: number) => void} [onProgress] of the first two rounds; those after them are short
 * @returns {Promise<Cost>}
 */
export async function measureCost(model, text, count, onProgress = () => {}) {
  const source = await model.encode(text);
  const ids = source.map(({ id }) => id);
  const { kind, decoderStart, maxPositions } = model.info;
  const start = kind === "decoder" ? ids : [decoderStart];
  const inputOf = (/** @type {number[]} */ written) =>
    kind === "decoder" ? { ids: [...ids, ...written] } : { ids, decoderIds: [decoderStart, ...written] };
  const most = Math.min(count, kind === "decoder" && maxPositions ? maxPositions - ids.length : count);
  const first = await written(model, inputOf([]), most);
  const tokens = first.map(({ id, token, special }) => ({ id, token, special }));
  const rows = (/** @type {number} */ n) => start.length + n;
  const kept = tokens.map(({ id }, n) => ({ id, computed: n === 0 ? rows(0) : 1, reused: n === 0 ? 0 : rows(n) - 1, ms: NaN }));
  const fresh = tokens.map((_, n) => ({ id: -1, computed: rows(n), reused: 0, ms: NaN }));
  /** By token. @type {[number[][], number[][]]} */
  const [keptTimes, freshTimes] = [tokens.map(() => []), tokens.map(() => [])];
  const began = performance.now();
  let rounds = 0;
  // The first round warms both up, and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    const again = await written(model, inputOf([]), tokens.length);
    const times = again.map(({ ms }) => ms);
    /** @type {import("../../trace.js").Step[]} */
    const alone = [];
    for (let n = 0; n < tokens.length; n++) {
      const [step] = await written(model, inputOf(tokens.slice(0, n).map(({ id }) => id)), 1);
      alone.push(step);
      if (round <= 1) onProgress((round + n / tokens.length) / 2);
    }
    if (round > 0) {
      rounds++;
      keptTimes.forEach((list, n) => list.push(times[n]));
      freshTimes.forEach((list, n) => list.push(alone[n].ms));
    }
    fresh.forEach((pass, n) => (pass.id = alone[n].id));
    if (rounds > 0 && performance.now() - began > PATIENCE) break;
  }
  kept.forEach((pass, n) => (pass.ms = typical(keptTimes[n])));
  fresh.forEach((pass, n) => (pass.ms = typical(freshTimes[n])));
  return { prompt: start.length, tokens, kept, fresh, same: kept.filter(({ id }, n) => id === fresh[n].id).length };
}

/**
 * The middle of the times, which an interruption does not move; their mean where the clock counts whole milliseconds, and a middle would be one of them.
 * @param {number[]} times // ms
 */
export function typical(times) {
  if (times.length === 0) return NaN;
  if (times.every(Number.isInteger)) return times.reduce((sum, time) => sum + time, 0) / times.length;
  const order = [...times].sort((a, b) => a - b);
  return (order[(order.length - 1) >> 1] + order[order.length >> 1]) / 2;
}

/**
 * @param {Model} model
 * @param {import("../../engine/host.js").Input} input
 * @param {number} count
 */
async function written(model, input, count) {
  const generation = await model.start(input);
  const steps = [];
  try {
    while (steps.length < count && !steps.at(-1)?.done)
      steps.push(...(await generation.steps({ temperature: 0, candidates: 1, capture: [] }, count - steps.length)));
  } finally {
    await generation.release();
  }
  return steps;
}

/**
 * What the cache holds for each token, as the model is and as it would be with other numbers of key/value heads.
 * @param {{ heads: number, cache: { kvHeads: number, multiQuery: number } | null }} info
 * @returns {{ kind: "mha" | "gqa" | "mqa", kvHeads: number, bytes: number, present: boolean }[]} from most to least
 */
export function cacheSizes({ heads, cache }) {
  if (!cache) return [];
  const counts = [
    ...new Set([heads, cache.kvHeads > 1 && cache.kvHeads < heads ? cache.kvHeads : Math.floor(heads / 2), 1]),
  ].filter((kvHeads) => kvHeads > 0);
  return counts.map((kvHeads) => ({
    kind: kvHeads === heads ? "mha" : kvHeads === 1 ? "mqa" : "gqa",
    kvHeads,
    bytes: cache.multiQuery * kvHeads,
    present: kvHeads === cache.kvHeads,
  }));
}

/** @param {number} bytes */
export function bytesIn(bytes) {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(bytes >= 1e7 ? 0 : 1)} MB`;
  return bytes >= 1e3 ? `${(bytes / 1e3).toFixed(bytes >= 1e5 ? 0 : 1)} kB` : `${bytes} B`;
}

/** A time in three figures at most. // ms @param {number} ms */
export function msIn(ms) {
  if (!Number.isFinite(ms)) return "–";
  return `${ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}
