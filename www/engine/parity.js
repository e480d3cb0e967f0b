// How far this device's numbers are from those that `transformers` computed with the same weights on the same text, and from those of the other device.
// The reference lies beside each of our models (training/shipped.py).

import { Model } from "./model.js";
import { openFolder } from "../checkpoint/folder.js";
import { readTensors } from "../checkpoint/safetensors.js";
import { gather } from "../checkpoint/transfer.js";
import { isMasked } from "../trace.js";

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("./host.js").Input} Input */
/** @typedef {{ shape: number[], data: Float32Array }} Tensor */
/** `delta` is the largest difference, `bound` what is allowed. @typedef {{ hook: string, numbers: number, delta: number, bound: number }} Compared */

/** Allowed for each unit of the largest number, and for small numbers in all: the project's bound for every hook. */
const TOLERANCE = 1e-4;
const PREFIX = "case0/";
const HOOKS = ["*.hook_resid_post", "*.hook_pattern"];

/**
 * @param {string} folder
 * @returns {Promise<Map<string, Tensor> | undefined>} undefined where a model has none
 */
export async function readReference(folder) {
  const place = await openFolder({ url: folder }, async () => undefined);
  const entry = await place.find("reference.safetensors");
  return entry && readTensors((await gather((await entry.open(0)).coming)).buffer);
}

/**
 * The input that the reference was computed on.
 * @param {Map<string, Tensor>} reference
 * @returns {Input}
 */
export function inputOf(reference) {
  const given = (/** @type {string} */ name) => {
    const tensor = reference.get(`${PREFIX}input.${name}`);
    return tensor ? Array.from(tensor.data) : undefined;
  };
  return { ids: given("ids"), tokenTypeIds: given("token_type_ids"), decoderIds: given("decoder_ids") };
}

/**
 * What a model computes on an input, by hook; the scores go by the names of their heads.
 * @param {Model} model
 * @param {Input} input
 * @param {AbortSignal} [signal]
 * @returns {Promise<Map<string, Tensor>>}
 */
export async function compute(model, input, signal) {
  const { logits, activations } = await model.run(input, { capture: HOOKS, signal });
  const found = new Map([...activations].map(([name, activation]) => [name, /** @type {Tensor} */ (activation)]));
  return logits ? found.set("logits", logits) : found;
}

/**
 * @param {Map<string, Tensor>} ours
 * @param {Map<string, Tensor>} reference
 * @returns {Compared[]}
 */
export function againstReference(ours, reference) {
  const theirs = [...reference].filter(([name]) => !name.startsWith(`${PREFIX}input.`));
  return theirs.map(([name, { data }]) => {
    const hook = name.slice(PREFIX.length);
    const computed = ours.get(hook)?.data;
    // Of scores over a vocabulary the reference keeps the last position.
    return { hook, ...compare(computed?.subarray(computed.length - data.length) ?? new Float32Array(), data) };
  });
}

/**
 * @param {Map<string, Tensor>} here
 * @param {Map<string, Tensor>} there
 * @returns {Compared[]}
 */
export function betweenDevices(here, there) {
  return [...here].map(([hook, { data }]) => ({ hook, ...compare(data, there.get(hook)?.data ?? new Float32Array()) }));
}

/**
 * The same model on the device that it does not run on now; its numbers are taken, then it goes.
 * @param {import("../checkpoint/folder.js").ModelSource} source
 * @param {"webgpu" | "cpu"} device
 * @param {Input} input
 * @param {AbortSignal} [signal]
 */
export async function computeOn(source, device, input, signal) {
  const model = await Model.load(
    source,
    device,
    () => {},
    () => {},
    signal,
  );
  try {
    return await compute(model, input, signal);
  } finally {
    model.dispose();
  }
}

/**
 * Numbers that are not as many, or not numbers, differ without bound.
 * @param {Float32Array} ours
 * @param {Float32Array} theirs
 */
function compare(ours, theirs) {
  let [delta, largest] = ours.length === theirs.length ? [0, 1] : [Infinity, 1];
  theirs.forEach((number, i) => {
    if (Number.isFinite(number) && !isMasked(number)) largest = Math.max(largest, Math.abs(number));
    const apart = isMasked(number) && isMasked(ours[i]) ? 0 : Math.abs(ours[i] - number);
    delta = Math.max(delta, Number.isNaN(apart) ? Infinity : apart);
  });
  return { numbers: theirs.length, delta, bound: TOLERANCE * largest };
}
