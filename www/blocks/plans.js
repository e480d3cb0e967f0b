// Graphs of configurations, from the engine's own description of each architecture: built in the page's shared worker, without a checkpoint.

import { WorkerLink } from "../engine/link.js";
import { EngineLost } from "../engine/loss.js";
import { ROOM } from "./pool.js";

/** @typedef {import("./parameters/budget.js").Plan} Plan */

/** A way to the engine, for as long as a block needs it. */
export class Planner {
  /** @type {{ link: WorkerLink, until: AbortSignal } | undefined} */
  #open;
  /** @type {Map<string, Promise<Plan>>} */
  #known = new Map();

  /**
   * @param {object} config as in a config.json
   * @param {string[]} tensors names that its checkpoint has
   * @param {AbortSignal} until when it aborts, the way to the engine is closed
   * @returns {Promise<Plan>}
   */
  plan(config, tensors, until) {
    const args = [JSON.stringify(config), tensors];
    const key = JSON.stringify(args);
    let plan = this.#known.get(key);
    if (!plan) {
      plan = this.#linkUntil(until).call("plan", args);
      this.#known.set(key, plan);
      plan.catch((error) => {
        this.#known.delete(key);
        // A worker that was lost has taken the link along: the next question opens another.
        if (error instanceof EngineLost) this.#open = undefined;
      });
    }
    return plan;
  }

  /** @param {AbortSignal} until */
  #linkUntil(until) {
    until.throwIfAborted();
    if (this.#open && !this.#open.until.aborted) return this.#open.link;
    const link = new WorkerLink(ROOM);
    this.#open = { link, until };
    until.addEventListener("abort", () => link.close(), { once: true });
    return link;
  }
}
