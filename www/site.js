// Where this site lies, also for a page elsewhere that imports a module of it: models, the engine's worker and its module lie beside the scripts.

/** A folder's address, ending in "/". */
export let SITE = new URL("./", import.meta.url).href;

/**
 * For those who bundle the scripts into their own: where the other files of the package are served.
 * @param {string | URL} address a folder, relative to the page
 */
export function setSite(address) {
  SITE = new URL(String(address).replace(/\/?$/, "/"), document.baseURI).href;
}

/** A worker that was started before anybody asked for it. @type {{ file: string, worker: Worker, broken: boolean } | undefined} */
let early;

/**
 * Starts a worker for the first who will ask for one, so that its scripts load beside the page's.
 * @param {string} file
 */
export function startEarly(file) {
  const started = { file, worker: startWorker(file), broken: false };
  started.worker.addEventListener("error", () => (started.broken = true));
  early = started;
}

/** The name of a worker that is given the engine's module, and does not fetch it. */
export const GIVEN = "module given";

/**
 * A worker of this site. A browser starts no worker from another origin, but a module of one's own may import any module whose host allows it.
 * @param {string} file
 * @param {WebAssembly.Module} [module] the engine's, where the page has it already
 */
export function startWorker(file, module) {
  if (module) {
    const worker = newWorker(file, GIVEN);
    worker.postMessage({ module });
    return worker;
  }
  const started = early;
  if (started?.file === file) {
    early = undefined;
    // One that could not start has said so to nobody: the next try will say it again.
    if (!started.broken) return started.worker;
  }
  return newWorker(file);
}

/**
 * @param {string} file
 * @param {string} [name]
 */
function newWorker(file, name) {
  const address = new URL(file, SITE);
  if (address.origin === self.origin) return new Worker(address, { type: "module", name });
  const importing = `import ${JSON.stringify(address.href)};`;
  if (isSandboxed()) return new Worker(`data:text/javascript,${encodeURIComponent(importing)}`, { type: "module", name });
  const module = URL.createObjectURL(new Blob([importing], { type: "text/javascript" }));
  const worker = new Worker(module, { type: "module", name });
  // The address is free again when the worker has read it, which its first message tells.
  worker.addEventListener("message", () => URL.revokeObjectURL(module), { once: true });
  return worker;
}

/**
 * Whether the page has an opaque origin: a frame with `sandbox` and without `allow-same-origin`, or a page from a data: address. No address is of its origin, storage throws,
 * and Chromium starts no module worker from a blob there.
 */
export function isSandboxed() {
  return self.origin === "null";
}
