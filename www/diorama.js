// The public module: `loadModel`, the elements and the blocks. Other people's pages import this file.
//
// Whatever computes (`run`, `fill`, `encode`, `start`, `generate`, `step`, `beamSearch`, `runPair`) takes a `signal` that ends it; `onProgress(share)` of a pass hears how far it is. What the
// CPU is in the middle of ends at its next turn of the event loop, some 50 ms later; a pass on a GPU is done to its end, unheard, and what is asked next waits for that.

import { WorkerLink } from "./engine/link.js";
import { Model } from "./engine/model.js";
import { wordTokenizer } from "./text/made.js";
import { autoload } from "./blocks/gallery.js";
import { registerElements } from "./elements.js";
import { modelSource } from "./checkpoint/source.js";
import { freshOf } from "./engine/training/fresh.js";

export { BLOCKS, define } from "./blocks/gallery.js";
export { runPair } from "./engine/electra.js";
export { Model } from "./engine/model.js";
export { setSite } from "./site.js";
export { characterTokenizer, wordTokenizer } from "./text/made.js";
export { MASKED, axis, isMasked, slice } from "./trace.js";

registerElements();
autoload();

/**
 * A new model, which has learned nothing yet: `config` is what a config.json holds (an object, its text or a file), `tokenizer` the same of a tokenizer.json. The weights are drawn by the
 * architecture's published initialisation, the same for the same seed. `model.train` teaches it.
 * @param {{ config: object | string | Blob, tokenizer?: object | string | Blob, seed?: number, name?: string, device?: "auto" | "webgpu" | "cpu", onRecover?: (reason: string) => void, signal?: AbortSignal }} options
 * @returns {Promise<Model>}
 */
export async function newModel({ device = "cpu", onRecover = () => {}, signal, ...fresh }) {
  requireDevice(device);
  return Model.load({ fresh: await freshOf(fresh) }, device, () => {}, onRecover, signal);
}

/**
 * A generated task of `model.train` before it is trained: what its ids stand for, a tokenizer that writes them so, and how many tokens its texts have at most.
 * @param {{ task: string, [size: string]: number | string }} task
 * @returns {Promise<{ vocabulary: string[], longest: number, tokenizer: object }>}
 */
export async function describeTask(task) {
  const link = new WorkerLink();
  try {
    const { vocabulary, longest } = await link.call("describeTask", [task]);
    return { vocabulary, longest, tokenizer: wordTokenizer(vocabulary) };
  } finally {
    link.close();
  }
}

/**
 * Loads a model: a folder's address (relative to the page), or its files (`config.json`, `model.safetensors` and, for text, `tokenizer.json`).
 *
 * `device: "auto"` tests every kernel against the CPU, times one step on each device and takes the faster correct one; `model.info.deviceReason` says why.
 * `onProgress(stage, fraction, bytes)` hears of the download, with `bytes: { received, total }`, and of what the engine does next, fractions 0..1.
 * `signal` ends the loading, and with it every request; the promise then rejects with the signal's reason. `lend` keeps the model's files in memory until
 * `model.move` takes them to another device, so that nothing is fetched twice.
 * @param {string | URL | File | Iterable<File>} source
 * @param {{ device?: "auto" | "webgpu" | "cpu", onProgress?: import("./checkpoint/files.js").OnProgress, onRecover?: (reason: string) => void,
 *   signal?: AbortSignal, lend?: boolean }} [options]
 * @returns {Promise<Model>}
 */
export async function loadModel(
  source,
  { device = "auto", onProgress = () => {}, onRecover = () => {}, signal, lend = false } = {},
) {
  requireDevice(device);
  return Model.load({ ...modelSource(source), lend }, device, onProgress, onRecover, signal);
}

/** @param {string} device */
function requireDevice(device) {
  if (!["auto", "webgpu", "cpu"].includes(device))
    throw new Error(`device: expected "auto", "webgpu" or "cpu", got ${JSON.stringify(device)}.`);
}
