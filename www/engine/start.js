// Where the engine of a model runs: in a worker, or on the page's thread.

import { ask, liesElsewhere } from "./asking.js";
import { buffersOf } from "./buffers.js";
import { forgetModel } from "../checkpoint/cache.js";
import { folderOf } from "../checkpoint/remote.js";
import { LocalLink, Room, WorkerLink } from "./link.js";
import { EngineLost } from "./loss.js";
import { untilAborted } from "./options.js";
import { inEnglish } from "../sentence.js";
import { Trouble } from "../trouble.js";
import { SECONDS } from "./watch.js";

/** @typedef {import("./link.js").Link} Link */
/** @typedef {import("./model.js").Device} Device */
/** @typedef {import("./model.js").ModelInfo} ModelInfo */
/** @typedef {import("./files.js").Source} Source */
/** @typedef {{ link: Link, info: ModelInfo }} Loaded */

/**
 * Loads the engine in a worker; on the page's thread where only the page has WebGPU and WebGPU is wanted.
 * @param {Source} source
 * @param {Device} device
 * @param {import("./link.js").CallOptions} [options]
 * @param {Room} [room] a worker of its own where left out
 * @param {WebAssembly.Module} [module] for that worker, where the page has it already
 * @returns {Promise<Loaded>}
 */
export async function loadEngine(source, device, options = {}, room, module) {
  try {
    return await loadIn(source, device, options, room ?? new Room("worker.js", module));
  } catch (error) {
    // Somebody else's call may have held the worker up; in one of its own it will be seen.
    if (error instanceof EngineLost && error.loss === "blocked") return loadEngine(source, device, options, undefined, module);
    throw error instanceof EngineLost && error.loss === "hung" ? hung("engine.hung.load") : error;
  }
}

/**
 * @param {Source} source
 * @param {Device} device
 * @param {import("./link.js").CallOptions} options
 * @param {Room} room
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
 * @param {Source} source
 * @param {Device} device
 * @param {import("./link.js").CallOptions} options
 * @returns {Promise<Loaded>}
 */
async function load(link, source, device, options) {
  const asked = (/** @type {object} */ source, /** @type {Transferable[]} */ transfer) =>
    untilAborted(link.call("load", [source, device], { ...options, transfer }), options.signal);
  try {
    if ("url" in source && liesElsewhere(source)) {
      const read = await ask("read", source, options);
      return { link, info: await asked({ read }, buffersOf(read.weights)) };
    }
    if (!("read" in source)) return { link, info: await asked(source, []) };
    // The host empties its list when it has taken the bytes over, and they may be wanted once more.
    const read = { ...source.read, weights: [...source.read.weights] };
    return { link, info: await asked({ read }, buffersOf(read.weights)) };
  } catch (error) {
    // What the engine finds wrong in the files is not kept: the host may have better ones by the next visit.
    if ("url" in source && isFault(error)) await forgetModel(folderOf(source.url).href);
    throw error;
  }
}

/**
 * Whether a model's files are at fault, not the connection or the device.
 * @param {unknown} error
 */
function isFault(error) {
  return error instanceof Trouble
    ? error.key.startsWith("trouble.tokenizer")
    : error instanceof Error && /^(weights|config): /.test(error.message);
}
