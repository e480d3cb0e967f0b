// Where the engine of a model runs: in a worker, or on the page's thread.

import { ask, liesElsewhere } from "./asking.js";
import { buffersOf } from "./buffers.js";
import { LocalLink, WorkerLink } from "./link.js";
import { EngineLost } from "./loss.js";
import { untilAborted } from "./options.js";
import { inEnglish } from "../sentence.js";
import { Trouble } from "../trouble.js";
import { SECONDS } from "./watch.js";

/** @typedef {import("../checkpoint/folder.js").ModelSource} ModelSource */
/** @typedef {import("./link.js").Link} Link */
/** @typedef {import("./link.js").Room} Room */
/** @typedef {import("./model.js").Device} Device */
/** @typedef {import("./model.js").ModelInfo} ModelInfo */
/** @typedef {{ link: Link, info: ModelInfo }} Loaded */

/**
 * Loads the engine in a worker; on the page's thread where only the page has WebGPU and WebGPU is wanted.
 * @param {ModelSource} source
 * @param {Device} device
 * @param {import("./link.js").CallOptions} [options]
 * @param {Room} [room]
 * @returns {Promise<Loaded>}
 */
export async function loadEngine(source, device, options = {}, room) {
  try {
    return await loadIn(source, device, options, room);
  } catch (error) {
    // Somebody else's call may have held the worker up; in one of its own it will be seen.
    if (error instanceof EngineLost && error.loss === "blocked") return loadEngine(source, device, options);
    throw error instanceof EngineLost && error.loss === "hung" ? hung("engine.hung.load") : error;
  }
}

/**
 * @param {ModelSource} source
 * @param {Device} device
 * @param {import("./link.js").CallOptions} options
 * @param {Room} [room]
 * @returns {Promise<Loaded>}
 */
async function loadIn(source, device, options, room) {
  const worker = new WorkerLink(room);
  try {
    const webgpu = device !== "cpu" && (await worker.call("features", [])).webgpu;
    if (device === "cpu" || webgpu || !("gpu" in navigator)) {
      return await load(worker, source, device, options);
    }
    const onPage = await load(new LocalLink(), source, device, options);
    if (onPage.info.device === "webgpu") {
      worker.close();
      return onPage;
    }
    onPage.link.close();
    const { info } = await load(worker, source, "cpu", options);
    return { link: worker, info: { ...info, ...foundIn(onPage.info) } };
  } catch (error) {
    worker.close();
    throw error;
  }
}

/**
 * The engine after a loss: the same one on another device, or another one.
 * @param {EngineLost} loss
 * @param {Link} link
 * @param {() => Promise<Loaded>} again
 * @returns {Promise<Loaded>}
 */
export async function afterLoss({ loss }, link, again) {
  if (loss === "device") return { link, info: await link.call("info", []) };
  link.close();
  return again();
}

/**
 * What holds a worker up for ever is told, and not asked again; the next call starts another worker.
 * @param {"engine.hung" | "engine.hung.load"} key
 */
export function hung(key) {
  return inEnglish(new Trouble(key, { seconds: SECONDS }));
}

/**
 * What the test of the devices found.
 * @param {ModelInfo} info
 */
export function foundIn({ deviceReason, deviceReasonCode, selfTest, timing, adapter }) {
  return { deviceReason, deviceReasonCode, selfTest, timing, adapter };
}

/**
 * @param {Link} link
 * @param {ModelSource} source
 * @param {Device} device
 * @param {import("./link.js").CallOptions} options
 * @returns {Promise<Loaded>}
 */
async function load(link, source, device, options) {
  const asked = (/** @type {object} */ source, /** @type {Transferable[]} */ transfer) => untilAborted(link.call("load", [source, device], { ...options, transfer }), options.signal);
  if (!liesElsewhere(source)) return { link, info: await asked(source, []) };
  const read = await ask("read", source, options);
  return { link, info: await asked({ read }, buffersOf(read.weights)) };
}
