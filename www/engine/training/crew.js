// Workers that share each batch of a training: the model's own, and those beside it.

import { Replay } from "../generation.js";
import { EngineLost } from "../loss.js";

/** @typedef {import("../link.js").Link} Link */
/** @typedef {import("./training.js").Home} Home */
/** How a training was begun, and where it is: its last snapshot's file, and the steps that its schedule counts on. @typedef {{ asked: object, file: Uint8Array, steps: number }} Begun */

export class Crew {
  #home;
  /** The workers beside the model's own. @type {Link[]} */
  #helpers = [];

  /** @param {Home} home */
  constructor(home) {
    this.#home = home;
  }

  /** Workers in all. */
  get count() {
    return this.#helpers.length + 1;
  }

  /**
   * Opens workers until there are `count`, each with the run as it is and connected with each other.
   * @param {number} count
   * @param {Begun} begun
   */
  async gather(count, { asked, file, steps }) {
    const helpers = await this.#home.helpers(count - 1);
    const open = async (/** @type {Link} */ link) => {
      await link.call("train", ["open", asked]);
      await link.call("train", ["restore", { file }]);
      await link.call("train", ["plan", { steps }]);
    };
    await Promise.all(helpers.map(open));
    const ports = meshed(count);
    await Promise.all(
      helpers.map((link, i) => link.call("train", ["join", { rank: i + 1, ports: ports[i + 1] }], { transfer: ports[i + 1] })),
    );
    await this.#home.ask("join", { rank: 0, ports: ports[0] }, undefined, ports[0]);
    this.#helpers = helpers;
  }

  /**
   * The same of all workers; where one fails, the others stop waiting for it. The model's own answers first.
   * @param {string} method
   * @param {object} asked
   * @returns {Promise<any[]>}
   */
  async all(method, asked) {
    const group = new AbortController();
    const stop = (/** @type {unknown} */ error) => {
      group.abort(error);
      throw error;
    };
    const helpers = this.#helpers.map((link) => link.call("train", [method, asked], { signal: group.signal, computes: true }));
    const calls = [this.#home.ask(method, asked, group.signal), ...helpers].map((call) => call.catch(stop));
    const ended = await Promise.allSettled(calls);
    const reasons = ended.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    // Where a worker was lost, what the others say follows from that.
    if (reasons.length > 0) throw reasons.find(isLoss) ?? group.signal.reason;
    return ended.map((result) => /** @type {PromiseFulfilledResult<any>} */ (result).value);
  }

  /** Ends the workers beside the model's own. */
  close() {
    for (const link of this.#helpers.splice(0)) link.close();
  }
}

/** Ports between each two of so many: for each its own, in the order of the others. @param {number} count @returns {MessagePort[][]} */
function meshed(count) {
  /** @type {MessagePort[][]} */
  const ports = Array.from({ length: count }, () => []);
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const { port1, port2 } = new MessageChannel();
      ports[a][b] = port1;
      ports[b][a] = port2;
    }
  }
  return ports.map((list) => list.filter(Boolean));
}

/** Whether an engine or its worker is gone, and the work may be done by another. @param {unknown} error */
export function isLoss(error) {
  return error instanceof Replay || error instanceof EngineLost;
}
