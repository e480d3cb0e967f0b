// One way to call a Host wherever it runs: in a worker, or on this thread.

/** @typedef {(stage: string, fraction: number) => void} OnProgress */
/** @typedef {{ call: (method: string, args: any[], onProgress?: OnProgress) => Promise<any>, close: () => void }} Link */

/** The engine behind a link is gone: the model must be loaded again. */
export class EngineLost extends Error {}

/**
 * Whether an error leaves the engine unusable: a trap in wasm, or a lost GPU device.
 * @param {unknown} error
 */
export function isFatal(error) {
  return error instanceof WebAssembly.RuntimeError || (error instanceof Error && /device (is |was )?lost/i.test(error.message));
}

/** @implements {Link} */
export class WorkerLink {
  #worker;
  #nextId = 1;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void, onProgress?: OnProgress }>} */
  #pending = new Map();
  /** @type {Error | undefined} */
  #lost;

  constructor() {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => this.#receive(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(new EngineLost(`The engine's worker stopped: ${event.message || "its script could not be loaded"}.`));
    });
  }

  /**
   * @param {string} method
   * @param {any[]} args
   * @param {OnProgress} [onProgress]
   * @returns {Promise<any>}
   */
  call(method, args, onProgress) {
    if (this.#lost) return Promise.reject(this.#lost);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onProgress });
      this.#worker.postMessage({ id, method, args, reports: onProgress !== undefined });
    });
  }

  close() {
    this.#worker.terminate();
    this.#fail(new Error("The model was disposed of."));
  }

  /** @param {{ id: number, result?: any, error?: string, fatal?: boolean, progress?: { stage: string, fraction: number } }} message */
  #receive({ id, result, error, fatal, progress }) {
    const pending = this.#pending.get(id);
    if (!pending) return;
    if (progress) return pending.onProgress?.(progress.stage, progress.fraction);
    this.#pending.delete(id);
    if (error === undefined) pending.resolve(result);
    else pending.reject(fatal ? new EngineLost(error) : new Error(error));
  }

  /** @param {Error} error */
  #fail(error) {
    this.#lost ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/** @implements {Link} */
export class LocalLink {
  /** @type {Promise<any>} */
  #host = import("./host.js").then(({ Host }) => new Host());

  /**
   * @param {string} method
   * @param {any[]} args
   * @param {OnProgress} [onProgress]
   */
  async call(method, args, onProgress) {
    const host = await this.#host;
    try {
      return await host[method](...args, ...(onProgress ? [onProgress] : []));
    } catch (error) {
      throw isFatal(error) ? new EngineLost(error.message) : error;
    }
  }

  close() {
    this.call("dispose", []).catch(() => {});
  }
}
