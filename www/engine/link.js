// One way to call a Host wherever it runs: in a worker, or on this thread.

import { importing } from "../asset.js";
import { inEnglish } from "../sentence.js";
import { startWorker } from "../site.js";
import { Trouble } from "../trouble.js";
import { EngineLost, lossOf } from "./loss.js";
import { SECONDS, Watch } from "./watch.js";

/** @typedef {import("./loss.js").Loss} Loss */
/**
 * A call whose signal aborts is told so, and answers when it has ended: what is asked next finds the engine idle. Who cannot wait for that does not (`untilAborted`).
 * Buffers in `transfer` are moved there, not copied. `computes`: all that the call waits for is the worker itself, not a GPU or a network.
 * @typedef {{ computes?: boolean, onProgress?: (...progress: any) => void, signal?: AbortSignal, transfer?: Transferable[] }} CallOptions
 */
/** @typedef {{ call: (method: string, args: any[], options?: CallOptions) => Promise<any>, close: () => void }} Link */

/** A worker, and the links to the engines in it. It starts with the first link and ends with the last. */
export class Room {
  /** @type {Worker | undefined} */
  #worker;
  /** @type {Map<number, WorkerLink>} */
  #links = new Map();
  #nextHost = 1;
  #file;
  #module;
  /** Of the present worker. @type {Watch | undefined} */
  #watch;
  /** Since the worker was heard last, a link has left that was waiting. */
  #leftWaiting = false;

  /**
   * @param {string} [file] the worker's script
   * @param {WebAssembly.Module} [module] the engine's, where the page has it already
   */
  constructor(file = "worker.js", module) {
    this.#file = file;
    this.#module = module;
  }

  /**
   * A place for one more engine.
   * @param {WorkerLink} link
   */
  enter(link) {
    this.#worker ??= this.#start();
    const host = this.#nextHost++;
    this.#links.set(host, link);
    return host;
  }

  /**
   * @param {Partial<import("./serve.js").Request>} request
   * @param {Transferable[]} [transfer]
   */
  post(request, transfer = []) {
    this.#worker?.postMessage(request, transfer);
    this.#watch?.begin();
  }

  /**
   * An engine that others live beside stops at its next breath; the last one is ended at once.
   * @param {number} host
   */
  leave(host) {
    // What it was waiting for may be what holds the worker up.
    if (this.#links.get(host)?.waiting.length) this.#leftWaiting = true;
    if (!this.#links.delete(host)) return;
    if (this.#links.size === 0) this.#end();
    else this.#worker?.postMessage({ host, method: "leave" });
  }

  #start() {
    const worker = startWorker(this.#file, this.#module);
    const watch = new Watch({
      waiting: () => this.#waiting(),
      ask: () => worker.postMessage({ method: "ping" }),
      lost: (hung) =>
        worker === this.#worker &&
        (hung ? this.#endHung() : this.#lose(new EngineLost(`The worker ${this.#file} has ended.`, "engine"))),
    });
    this.#watch = watch;
    worker.postMessage({ method: "guard" });
    worker.addEventListener("message", ({ data: { host, lock, turns, ...answer } }) => {
      if (worker !== this.#worker) return;
      watch.heard(turns);
      this.#leftWaiting = false;
      if (lock) return watch.guard(lock);
      if (turns !== undefined) return;
      this.#links.get(host)?.receive(answer);
      // All engines of a worker are one module's: a trap in one leaves none to be trusted.
      if (answer.loss === "engine") this.#lose(new EngineLost(answer.error, "engine"));
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      // A script that did not come has no message.
      this.#lose(
        event.message
          ? new EngineLost(`The worker ${this.#file} stopped: ${event.message}.`, "engine")
          : inEnglish(new Trouble("trouble.site", { file: this.#file })),
      );
    });
    return worker;
  }

  /** What is waited for, over all links. */
  #waiting() {
    return [...this.#links.values()].flatMap((link) => link.waiting);
  }

  /** One call waits for ever, and those beside it with it: a single one is known by that, of several nobody can say which. */
  #endHung() {
    const loss = this.#waiting().length === 1 && !this.#leftWaiting ? "hung" : "blocked";
    const told = `The worker ${this.#file} has not answered for ${SECONDS} seconds.`;
    this.#lose(new EngineLost(told, loss), new EngineLost(told, "engine"));
  }

  /**
   * @param {Error} why
   * @param {Error} [later] what later calls hear, where it is another
   */
  #lose(why, later = why) {
    const links = [...this.#links.values()];
    this.#links.clear();
    this.#end();
    for (const link of links) link.fail(why, later);
  }

  #end() {
    this.#watch?.end();
    this.#watch = undefined;
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

/** @implements {Link} */
export class WorkerLink {
  #room;
  #host;
  #nextId = 1;
  /** @type {Map<number, { method: string, computes: boolean, resolve: (value: any) => void, reject: (error: Error) => void, onProgress?: CallOptions["onProgress"] }>} */
  #pending = new Map();
  /** @type {Error | undefined} */
  #lost;

  /** @param {Room} [room] a worker of its own where left out, which ends with the link */
  constructor(room = new Room()) {
    this.#room = room;
    this.#host = room.enter(this);
  }

  /**
   * @param {string} method
   * @param {any[]} args
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  call(method, args, { onProgress, signal, transfer, computes = false } = {}) {
    if (this.#lost) return Promise.reject(this.#lost);
    if (signal?.aborted) return Promise.reject(signal.reason);
    const id = this.#nextId++;
    const stop = () => this.#room.post({ host: this.#host, id, method: "stop" });
    signal?.addEventListener("abort", stop, { once: true });
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { method, computes, resolve, reject, onProgress });
      this.#room.post({ host: this.#host, id, method, args, reports: onProgress !== undefined }, transfer);
    }).finally(() => signal?.removeEventListener("abort", stop));
  }

  /** The calls whose answers are waited for. @returns {import("./watch.js").Waiting[]} */
  get waiting() {
    return [...this.#pending.values()];
  }

  close() {
    this.#room.leave(this.#host);
    this.fail(new Error("The model was disposed of."));
  }

  /**
   * @param {{ id: number, result?: any, error?: string, trouble?: ConstructorParameters<typeof Trouble>, loss?: Loss, progress?: any[] }} message
   */
  receive({ id, result, error, trouble, loss, progress }) {
    const pending = this.#pending.get(id);
    if (!pending) return;
    if (progress) return pending.onProgress?.(...progress);
    this.#pending.delete(id);
    if (error === undefined) pending.resolve(result);
    else pending.reject(trouble ? inEnglish(new Trouble(...trouble)) : loss ? new EngineLost(error, loss) : new Error(error));
  }

  /**
   * @param {Error} error what the calls under way hear
   * @param {Error} [later] what later ones hear
   */
  fail(error, later = error) {
    this.#lost ??= later;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/** @implements {Link} */
export class LocalLink {
  /** @type {Promise<any>} */
  #host = importing(() => import("./host.js")).then(({ Host }) => new Host());

  /**
   * @param {string} method
   * @param {any[]} args
   * @param {CallOptions} [options]
   */
  async call(method, args, { onProgress, signal } = {}) {
    const host = await this.#host;
    try {
      signal?.throwIfAborted();
      return await host[method](...args, onProgress, signal);
    } catch (error) {
      const loss = lossOf(error);
      throw loss ? new EngineLost(error.message, loss) : inEnglish(error);
    }
  }

  close() {
    this.call("dispose", []).catch(() => {});
  }
}
