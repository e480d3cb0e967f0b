// Held-out losses of a run: at every step that is told, where the caller says how many batches; otherwise as often as takes a tenth of the time.

/** Batches that are measured each time, where the caller does not say. */
const USUAL = 4;

/** Between two measurements that nobody asked for passes so many times what one takes. */
const REST = 9;

export class Measuring {
  #batches;
  #measure;
  /** When the next one is due that nobody asked for. // ms */
  #due = 0;

  /**
   * @param {number | undefined} batches as the caller asks
   * @param {(batches: number) => Promise<number>} measure the mean loss over so many batches, in nats
   */
  constructor(batches, measure) {
    this.#batches = batches;
    this.#measure = measure;
  }

  /**
   * The mean loss, where it is due.
   * @param {boolean} last whether the run ends here
   * @returns {Promise<number | undefined>}
   */
  async take(last) {
    const begun = performance.now();
    if (this.#batches === 0 || (this.#batches === undefined && begun < this.#due && !last)) return undefined;
    const loss = await this.#measure(this.#batches ?? USUAL);
    this.#due = performance.now() + REST * (performance.now() - begun);
    return loss;
  }
}
