// Owns the wasm module, so that the page never freezes, and the engines of one model or of several. Requests are { host, id, method, args, reports };
// replies { host, id, result }, { host, id, error, trouble, loss } or { host, id, progress }. `leave` lets an engine go, and has no reply.

import { Host, startEngine } from "./engine/host.js";
import { lossOf } from "./engine/link.js";
import { Trouble } from "./trouble.js";

/** @typedef {{ host: number, id: number, method: string, args: any[], reports: boolean }} Request */
/** `busy` counts calls under way. @typedef {{ engine: Record<string, any>, gone: AbortController, busy: number }} Place */
/** @type {Map<number, Place>} */
const places = new Map();
/** The worker's own global, of which the page's types lack a name. @type {{ postMessage: (message: object, transfer?: Transferable[]) => void }} */
const scope = /** @type {any} */ (self);

// Whoever starts a worker will need its engine: the module is on its way before the first request. Should it fail, the request will say so.
startEngine().catch(() => {});

self.addEventListener("message", async (/** @type {MessageEvent<Request>} */ { data: { host, id, method, args, reports } }) => {
  const place = enter(host);
  if (method === "leave") return leave(host, place);
  place.busy++;
  try {
    const onProgress = (/** @type {any[]} */ ...progress) => scope.postMessage({ host, id, progress });
    const result = await place.engine[method](...args, ...(reports ? [onProgress, place.gone.signal] : []));
    scope.postMessage({ host, id, result }, buffersOf(result));
  } catch (error) {
    const trouble = error instanceof Trouble ? [error.key, error.values] : undefined;
    scope.postMessage({ host, id, error: error instanceof Error ? error.message : String(error), trouble, loss: lossOf(error) });
  } finally {
    place.busy--;
    if (place.gone.signal.aborted) disposeIdle(place);
  }
});

/** @param {number} host */
function enter(host) {
  let place = places.get(host);
  if (!place) {
    place = { engine: /** @type {any} */ (new Host()), gone: new AbortController(), busy: 0 };
    places.set(host, place);
  }
  return place;
}

/**
 * Ends the requests of a load under way; an engine that computes is freed when it has answered.
 * @param {number} host
 * @param {Place} place
 */
function leave(host, place) {
  places.delete(host);
  place.gone.abort();
  disposeIdle(place);
}

/** @param {Place} place */
function disposeIdle({ engine, busy }) {
  if (busy === 0) engine.dispose();
}

/**
 * The arrays of a result, wherever they stand in it, are moved to the page, not copied.
 * @param {any} result
 * @param {Set<Transferable>} [found]
 * @returns {Transferable[]}
 */
function buffersOf(result, found = new Set()) {
  if (ArrayBuffer.isView(result)) found.add(/** @type {ArrayBuffer} */ (result.buffer));
  else if (typeof result === "object" && result !== null) for (const part of Object.values(result)) buffersOf(part, found);
  return [...found];
}
