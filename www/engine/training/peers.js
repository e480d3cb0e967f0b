// Workers that share a batch: each sends its share of the gradients to every other, and gets theirs.

/** What one sends. @typedef {{ step: number, share: Float32Array<ArrayBuffer> }} Sent */

export class Peers {
  rank;
  #ports;
  /** What came before it was waited for, by port. @type {Sent[][]} */
  #came;
  /** Told whenever something comes. @type {() => void} */
  #heard = () => {};

  /**
   * @param {number} rank counted from 0
   * @param {MessagePort[]} ports to each of the others, in the order of their ranks
   */
  constructor(rank, ports) {
    this.rank = rank;
    this.#ports = ports;
    this.#came = ports.map(() => []);
    for (const [i, port] of ports.entries()) {
      port.onmessage = ({ data }) => {
        this.#came[i].push(data);
        this.#heard();
      };
    }
  }

  /** Workers in all. */
  get count() {
    return this.#ports.length + 1;
  }

  /**
   * All shares of a step, in the order of the ranks.
   * @param {number} step
   * @param {Float32Array} own
   * @param {AbortSignal} [signal] ends the wait for a worker that is gone
   * @returns {Promise<Float32Array[]>}
   */
  async exchange(step, own, signal) {
    for (const port of this.#ports) {
      const share = new Float32Array(own);
      port.postMessage({ step, share }, [share.buffer]);
    }
    await this.#all(signal);
    const others = this.#came.map((came) => /** @type {Sent} */ (came.shift()));
    const stray = others.find((other) => other.step !== step);
    if (stray)
      throw new Error(`Workers that train together are at different steps, ${step} and ${stray.step}: restore a snapshot.`);
    return others.map(({ share }) => /** @type {Float32Array} */ (share)).toSpliced(this.rank, 0, own);
  }

  close() {
    for (const port of this.#ports) port.close();
  }

  /** @param {AbortSignal} [signal] */
  #all(signal) {
    return new Promise((/** @type {(value?: undefined) => void} */ resolve, reject) => {
      const stop = () => reject(signal?.reason);
      this.#heard = () => {
        if (this.#came.some((came) => came.length === 0)) return;
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      if (signal?.aborted) stop();
      signal?.addEventListener("abort", stop, { once: true });
      this.#heard();
    });
  }
}
