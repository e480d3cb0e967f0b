// What an element has opened: models, links to a worker, requests. All of it is opened under one AbortSignal, and closes when that signal aborts, so nobody has to
// remember to close it.

/** @typedef {import("lit").ReactiveController} ReactiveController */

/** @implements {ReactiveController} */
export class Holding {
  #host;
  #onEnd;
  #now = new AbortController();
  /** Those of earlier beginnings, until the newest has what it needs. @type {Set<AbortController>} */
  #open = new Set([this.#now]);

  /**
   * @param {import("lit").ReactiveControllerHost & Element} host
   * @param {() => void} onEnd the host has left the page
   */
  constructor(host, onEnd) {
    this.#host = host;
    this.#onEnd = onEnd;
    host.addController(this);
  }

  /** For whatever is opened from now on: it aborts when the host leaves the page or has begun anew. */
  get signal() {
    return this.#now.signal;
  }

  /**
   * Begins anew. What was opened before is closed only when that is done: it may be what is opened again.
   * @param {() => unknown} begin
   */
  async anew(begin) {
    const before = [...this.#open];
    this.#now = new AbortController();
    this.#open.add(this.#now);
    try {
      await begin();
    } finally {
      this.#close(before);
    }
  }

  /** An element that is only moved is in the page again by the time the microtask runs. */
  hostDisconnected() {
    queueMicrotask(() => {
      if (this.#host.isConnected) return;
      this.#close([...this.#open]);
      this.#onEnd();
    });
  }

  /** @param {AbortController[]} controllers */
  #close(controllers) {
    for (const controller of controllers) {
      this.#open.delete(controller);
      controller.abort();
    }
  }
}
