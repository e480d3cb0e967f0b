// What a caller of the module may ask for beside the input: brought into one form, or refused in one sentence.

/** @typedef {import("../trace.js").Intervention} Intervention */
/**
 * `temperature` 0 takes the likeliest token, and is the default without `topK` and `topP`. `interventions` hold until others are given, and for the tokens so far as well.
 * `limit`: new tokens that the text gets in all, by which a rule of generation_config.json that forces the end (forced_eos_token_id) knows the last one.
 * @typedef {{ temperature?: number, topK?: number, topP?: number, seed?: number, candidates?: number, limit?: number, capture?: string[], interventions?: Intervention[] }} StepOptions
 */

/** Tokens that `generate` writes when neither the caller nor the checkpoint says how many. */
export const NEW_TOKENS = 64;

/** More than any model has room for, and the most that the engine can be told. */
const MOST = 2 ** 32 - 1;

/**
 * The options that have a value: the engine takes an absent one as its default, and refuses `undefined`.
 * @template {object} T
 * @param {T} options
 * @returns {T}
 */
export function given(options) {
  return /** @type {T} */ (Object.fromEntries(Object.entries(options).filter(([, value]) => value != null)));
}

/**
 * How a token is chosen and what is captured with it. A cut without a temperature means: sample, at temperature 1. (Of the likeliest token alone it would cut nothing.)
 * @param {StepOptions} options
 * @returns {StepOptions}
 */
export function stepOptions(options) {
  const { topK, topP, seed, candidates, capture, limit } = options;
  whole("topK", topK, 0);
  whole("candidates", candidates, 0);
  whole("limit", limit, 0);
  if (seed != null && !Number.isFinite(seed)) throw unfit("seed", "a number", seed);
  if (capture != null && !Array.isArray(capture)) throw unfit("capture", "a list of hook names", capture);
  const cuts = (topK ?? 0) > 0 || (topP ?? 1) < 1;
  return given({ ...options, temperature: options.temperature ?? (cuts ? 1 : undefined) });
}

/**
 * How much is written, where the caller says so, and by a search among how many texts.
 * @param {{ maxNewTokens?: number, beams?: number }} options
 */
export function lengthOptions({ maxNewTokens, beams }) {
  if (maxNewTokens !== Infinity) whole("maxNewTokens", maxNewTokens, 0);
  whole("beams", beams, 1);
  return { maxNewTokens: maxNewTokens == null ? undefined : Math.min(maxNewTokens, MOST), beams: beams ?? 1 };
}

/**
 * What a promise brings, or the signal's reason as soon as it aborts: what the engine is in the middle of then ends unheard.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export function untilAborted(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/**
 * @param {string} name
 * @param {number | undefined} value
 * @param {number} least
 */
function whole(name, value, least) {
  if (value != null && !(Number.isInteger(value) && value >= least && value <= MOST))
    throw unfit(name, `a whole number from ${least}`, value);
}

/**
 * @param {string} name
 * @param {string} wanted
 * @param {unknown} got
 */
function unfit(name, wanted, got) {
  return new Error(`${name}: expected ${wanted}, got ${typeof got === "number" ? got : JSON.stringify(got)}.`);
}
