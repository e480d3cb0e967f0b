// Graphs of configurations, from the engine's own description of each architecture: built in the page's shared worker, without a checkpoint.

import { WorkerLink } from "../engine/link.js";
import { ROOM } from "./pool.js";

/** @typedef {import("./parameters/budget.js").Plan} Plan */

/** A way to the engine, for as long as a block needs it. */
export class Planner {
  /** @type {WorkerLink | undefined} */
  #link;
  /** @type {Map<string, Promise<Plan>>} */
  #known = new Map();

  /**
   * @param {object} config as in a config.json
   * @param {string[]} [tensors] names that its checkpoint has
   * @returns {Promise<Plan>}
   */
  plan(config, tensors = []) {
    const args = [JSON.stringify(config), tensors];
    const key = JSON.stringify(args);
    let plan = this.#known.get(key);
    if (!plan) {
      this.#link ??= new WorkerLink(ROOM);
      plan = this.#link.call("plan", args);
      this.#known.set(key, plan);
      plan.catch(() => this.#known.delete(key));
    }
    return plan;
  }

  close() {
    this.#link?.close();
    this.#link = undefined;
    this.#known.clear();
  }
}
