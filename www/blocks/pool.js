// The models of a page: every block that asks for the same address on the same device shares one copy, which goes when the last of them does. All of them live
// in one worker.

import { shippedAt } from "../catalogue.js";
import { liesElsewhere } from "../engine/asking.js";
import { Room } from "../engine/link.js";
import { Model } from "../engine/model.js";
import { SITE } from "../site.js";
import { loadSoon, mayStartSoon } from "../engine/soon.js";
import { addressOf as requireWord } from "../checkpoint/opening.js";
import { modelSource } from "../checkpoint/source.js";

/** @typedef {import("../checkpoint/files.js").OnProgress} OnProgress */
/** @typedef {"auto" | "webgpu" | "cpu"} Device */
/** @typedef {{ promise: Promise<Model>, holders: number, listeners: Set<OnProgress> }} Shared */

/** @type {Map<string, Shared>} */
const MODELS = new Map();
export const ROOM = new Room();

/**
 * A model, loaded at most once. Pair every call with one of `release`, also where the promise rejects.
 * @param {string} address of one of our models, which lie beside this module; or relative to the page
 * @param {{ device?: Device, onProgress?: OnProgress }} [options]
 * @returns {Promise<Model>}
 */
export function acquire(address, { device = "auto", onProgress: listener } = {}) {
  const key = keyOf(address, device);
  let shared = MODELS.get(key);
  if (!shared) {
    /** @type {Set<OnProgress>} */
    const listeners = new Set();
    const onProgress = (/** @type {Parameters<OnProgress>} */ ...progress) => listeners.forEach((listener) => listener(...progress));
    const load = async (/** @type {Device} */ device, lend = false) => Model.load({ ...(await permitted(addressOf(address))), lend }, device, onProgress, () => {}, undefined, ROOM);
    const promise = mayStartSoon(address, device) ? loadSoon(load) : load(device);
    shared = { promise, holders: 0, listeners };
    MODELS.set(key, shared);
    // A failure is not kept: the next one who asks tries again.
    promise.catch(() => MODELS.delete(key));
  }
  shared.holders++;
  if (listener) shared.listeners.add(listener);
  return shared.promise;
}

/**
 * @param {string} address
 * @param {Device} [device]
 */
export function release(address, device = "auto") {
  const key = keyOf(address, device);
  const shared = MODELS.get(key);
  if (!shared || --shared.holders > 0) return;
  MODELS.delete(key);
  shared.promise.then((model) => model.dispose(), () => {});
}

/**
 * @param {string} address
 * @param {Device} device
 */
function keyOf(address, device) {
  return `${device} ${addressOf(address)}`;
}

/**
 * On the site's own pages another host waits for the reader's word; what stands in a page of somebody else is theirs to choose.
 * @param {string} url absolute
 */
export async function permitted(url) {
  const source = modelSource(url);
  if (liesElsewhere(source)) await requireWord(url);
  return source;
}

/** @param {string} address */
export function addressOf(address) {
  return new URL(address, shippedAt(address) ? SITE : document.baseURI).href;
}
