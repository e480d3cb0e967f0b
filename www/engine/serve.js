// A worker's side of the links: requests are { host, id, method, args, reports }; replies { host, id, result }, { host, id, error, trouble, loss } or
// { host, id, progress }. `stop` ends the call of its id, if that call can be ended; `leave` ends all and lets what answers go. Neither has a reply.
// Of the worker itself, without a host: `ping` is answered by { turns }, a sign of life and how many turns passes have given so far; `guard` by { lock }, the name of a Web Lock that it holds until it ends, where there are locks.

import { Trouble } from "../trouble.js";
import { buffersOf } from "./buffers.js";
import { lossOf } from "./loss.js";
import { given } from "./turns.js";

/** @typedef {{ host: number, id: number, method: string, args: any[], reports: boolean }} Request */
/** `calls` are those under way. @typedef {{ host: Record<string, any>, calls: Map<number, AbortController>, left: boolean }} Place */

/** The worker's own global, of which the page's types lack a name. @type {{ postMessage: (message: object, transfer?: Transferable[]) => void }} */
const scope = /** @type {any} */ (self);

/**
 * Answers from now on, each link by a host of its own.
 * @param {() => object} open its methods are what may be called; each gets, after its arguments, a function for its progress, where somebody listens, and a signal that ends it
 */
export function serve(open) {
  /** @type {Map<number, Place>} */
  const places = new Map();

  /** @param {number} number */
  function enter(number) {
    let place = places.get(number);
    if (!place) {
      place = { host: open(), calls: new Map(), left: false };
      places.set(number, place);
    }
    return place;
  }

  self.addEventListener("message", async (/** @type {MessageEvent<Request>} */ { data: { host, id, method, args, reports } }) => {
    // The engine's module comes as a message of its own.
    if (!method) return;
    if (method === "ping") return scope.postMessage({ turns: given });
    if (method === "guard") return guard();
    if (method === "stop") return places.get(host)?.calls.get(id)?.abort();
    const place = enter(host);
    if (method === "leave") {
      places.delete(host);
      return leave(place);
    }
    const call = new AbortController();
    place.calls.set(id, call);
    try {
      const onProgress = (/** @type {any[]} */ ...progress) => scope.postMessage({ host, id, progress });
      const result = await place.host[method](...args, reports ? onProgress : undefined, call.signal);
      scope.postMessage({ host, id, result }, buffersOf(result));
    } catch (error) {
      const trouble = error instanceof Trouble ? [error.key, error.values] : undefined;
      scope.postMessage({
        host,
        id,
        error: (error instanceof Error && (error.message || error.name)) || String(error),
        trouble,
        loss: lossOf(error),
      });
    } finally {
      place.calls.delete(id);
      if (place.left) disposeIdle(place);
    }
  });
}

/** Takes a lock that only the worker's end releases, and says its name. A page that may have none does without. */
function guard() {
  const lock = `diorama ${Math.random().toString(36).slice(2)}${Date.now().toString(36)}`;
  const held = () => {
    scope.postMessage({ lock });
    return new Promise(() => {});
  };
  navigator.locks?.request(lock, held).catch(() => {});
}

/**
 * Ends the requests of a load and the pass under way; an engine that computes is freed when it has answered.
 * @param {Place} place
 */
function leave(place) {
  place.left = true;
  for (const call of place.calls.values()) call.abort();
  disposeIdle(place);
}

/** @param {Place} place */
function disposeIdle({ host, calls }) {
  if (calls.size === 0) host.dispose?.();
}
