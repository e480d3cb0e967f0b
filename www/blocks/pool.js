// The models of a page: every block that asks for the same address on the same device shares one copy, which goes when the last of them does. All of them live
// in one worker.

import { shippedAt } from "../catalogue.js";
import { liesElsewhere } from "../engine/asking.js";
import { Room } from "../engine/link.js";
import { Model } from "../engine/model.js";
import { untilAborted } from "../engine/options.js";
import { SITE } from "../site.js";
import { loadSoon, mayStartSoon } from "../engine/soon.js";
import { addressOf as requireWord } from "../checkpoint/opening.js";
import { modelSource } from "../checkpoint/source.js";

/** @typedef {import("../checkpoint/files.js").OnProgress} OnProgress */
/** @typedef {"auto" | "webgpu" | "cpu"} Device */
/** `end` stops the loading and disposes of the model. @typedef {{ promise: Promise<Model>, holders: Set<{ onProgress?: OnProgress }>, end: () => void }} Shared */

/** @type {Map<string, Shared>} */
const MODELS = new Map();
export const ROOM = new Room();

/**
 * A model, loaded at most once and held until `until` aborts; when the last holder's signal has aborted, its loading ends or the model is disposed of.
 * The promise rejects with the signal's reason when that aborts first.
 * @param {string} address of one of our models, which lie beside this module; or relative to the page
 * @param {AbortSignal} until
 * @param {{ device?: Device, onProgress?: OnProgress }} [options]
 * @returns {Promise<Model>}
 */
export async function acquire(address, until, { device = "auto", onProgress } = {}) {
  until.throwIfAborted();
  const key = `${device} ${addressOf(address)}`;
  const shared = MODELS.get(key) ?? open(key, address, device);
  const holder = { onProgress };
  shared.holders.add(holder);
  until.addEventListener(
    "abort",
    () => {
      if (shared.holders.delete(holder) && shared.holders.size === 0) shared.end();
    },
    { once: true },
  );
  return untilAborted(shared.promise, until);
}

/**
 * @param {string} key
 * @param {string} address
 * @param {Device} device
 */
function open(key, address, device) {
  const ended = new AbortController();
  const { signal } = ended;
  /** @type {Shared["holders"]} */
  const holders = new Set();
  const onProgress = (/** @type {Parameters<OnProgress>} */ ...progress) =>
    holders.forEach((holder) => holder.onProgress?.(...progress));
  const load = async (/** @type {Device} */ device, lend = false) =>
    Model.load({ ...(await permitted(addressOf(address))), lend }, device, onProgress, () => {}, signal, ROOM);
  const promise = mayStartSoon(address, device) ? loadSoon(load, () => {}, signal) : load(device);
  /** @type {Shared} */
  const shared = {
    promise,
    holders,
    end: () => {
      forget();
      ended.abort();
      promise.then(
        (model) => model.dispose(),
        () => {},
      );
    },
  };
  const forget = () => void (MODELS.get(key) === shared && MODELS.delete(key));
  MODELS.set(key, shared);
  // A failure is not kept: the next one who asks tries again.
  promise.catch(forget);
  return shared;
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
