// A worker's side of the links: requests are { host, id, method, args, reports }; replies { host, id, result }, { host, id, error, trouble, loss } or
// { host, id, progress }. `leave` lets what answers go, and has no reply.

import { Trouble } from "../trouble.js";
import { buffersOf } from "./buffers.js";
import { lossOf } from "./loss.js";

/** @typedef {{ host: number, id: number, method: string, args: any[], reports: boolean }} Request */
/** `busy` counts calls under way. @typedef {{ host: Record<string, any>, gone: AbortController, busy: number }} Place */

/** The worker's own global, of which the page's types lack a name. @type {{ postMessage: (message: object, transfer?: Transferable[]) => void }} */
const scope = /** @type {any} */ (self);

/**
 * Answers from now on, each link by a host of its own.
 * @param {() => object} open its methods are what may be called; a call that reports gets a function for its progress and a signal that ends it
 */
export function serve(open) {
  /** @type {Map<number, Place>} */
  const places = new Map();

  /** @param {number} number */
  function enter(number) {
    let place = places.get(number);
    if (!place) {
      place = { host: open(), gone: new AbortController(), busy: 0 };
      places.set(number, place);
    }
    return place;
  }

  self.addEventListener("message", async (/** @type {MessageEvent<Request>} */ { data: { host, id, method, args, reports } }) => {
    const place = enter(host);
    if (method === "leave") {
      places.delete(host);
      return leave(place);
    }
    place.busy++;
    try {
      const onProgress = (/** @type {any[]} */ ...progress) => scope.postMessage({ host, id, progress });
      const result = await place.host[method](...args, ...(reports ? [onProgress, place.gone.signal] : []));
      scope.postMessage({ host, id, result }, buffersOf(result));
    } catch (error) {
      const trouble = error instanceof Trouble ? [error.key, error.values] : undefined;
      scope.postMessage({ host, id, error: error instanceof Error ? error.message : String(error), trouble, loss: lossOf(error) });
    } finally {
      place.busy--;
      if (place.gone.signal.aborted) disposeIdle(place);
    }
  });
}

/**
 * Ends the requests of a load under way; an engine that computes is freed when it has answered.
 * @param {Place} place
 */
function leave(place) {
  place.gone.abort();
  disposeIdle(place);
}

/** @param {Place} place */
function disposeIdle({ host, busy }) {
  if (busy === 0) host.dispose?.();
}
