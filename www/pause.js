// Does something once calls have paused. What goes wrong for an older call is no longer of interest.

export class Pause {
  #timer = 0;
  #turn = 0;

  /** Forgets what waits, and what it may still say. */
  cancel() {
    clearTimeout(this.#timer);
    return ++this.#turn;
  }

  /**
   * @param {number} ms
   * @param {() => Promise<unknown>} action
   * @param {(action: () => Promise<unknown>) => unknown} attempt shows what goes wrong
   */
  after(ms, action, attempt) {
    const turn = this.cancel();
    const late = (/** @type {unknown} */ error) => {
      if (turn === this.#turn) throw error;
    };
    this.#timer = window.setTimeout(() => attempt(() => action().catch(late)), ms);
  }
}
