// Owns the wasm module, so that the page never freezes. Requests are { id, method, args, reports }; replies { id, result }, { id, error, trouble, loss } or { id, progress }.

import { Host } from "./host.js";
import { lossOf } from "./link.js";
import { Trouble } from "./trouble.js";

const host = /** @type {Record<string, any>} */ (/** @type {unknown} */ (new Host()));
/** @typedef {{ id: number, method: string, args: any[], reports: boolean }} Request */
/** The worker's own global, of which the page's types lack a name. @type {{ postMessage: (message: object, transfer?: Transferable[]) => void }} */
const scope = /** @type {any} */ (self);

self.addEventListener("message", async (/** @type {MessageEvent<Request>} */ { data: { id, method, args, reports } }) => {
  try {
    const onProgress = (/** @type {any[]} */ ...progress) => scope.postMessage({ id, progress });
    const result = await host[method](...args, ...(reports ? [onProgress] : []));
    scope.postMessage({ id, result }, buffersOf(result));
  } catch (error) {
    const trouble = error instanceof Trouble ? [error.key, error.values] : undefined;
    scope.postMessage({ id, error: error instanceof Error ? error.message : String(error), trouble, loss: lossOf(error) });
  }
});

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
