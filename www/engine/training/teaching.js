// All that a model's training asks of the worker in which the model lives.

import { folderFiles } from "./folder.js";
import { Learner } from "./learner.js";
import { probeBatch } from "./probe.js";

/** @typedef {Omit<import("../../checkpoint/files.js").ModelFiles, "weights">} Beside */

export class Teaching {
  #engine;
  #text;
  #beside;
  #resolve;
  #info;
  /** @type {Learner | undefined} */
  #learner;

  /**
   * @param {import("../../wasm/diorama.js").Engine} engine
   * @param {import("../../text/text.js").Text | import("../../text/text.js").NoText} text
   * @param {Beside} beside the model's files beside its weights
   * @param {(input: import("../host.js").Input) => any} resolve an input's ids
   * @param {() => Promise<import("../info.js").ModelInfo>} info
   */
  constructor(engine, text, beside, resolve, info) {
    this.#engine = engine;
    this.#text = text;
    this.#beside = beside;
    this.#resolve = resolve;
    this.#info = info;
  }

  /**
   * "open" begins a run in the place of the one before; "publish" brings the model's files as it is now, "save" the same as File objects, "generator" what its generator is now; all else is a method of the run (Learner).
   * @param {string} method
   * @param {any} asked
   * @param {AbortSignal} [signal]
   */
  async call(method, asked, signal) {
    if (method === "publish") return this.#files(await this.#engine.publish());
    if (method === "save")
      return folderFiles(this.#files(await (this.#learner?.publish(this.#engine) ?? this.#engine.publish())));
    if (method === "open") {
      this.close();
      this.#learner = await Learner.open(this.#engine, this.#text, asked);
      return this.#learner.about();
    }
    if (!this.#learner) throw new Error("No training is under way: call train first.");
    if (method === "generator") return this.#learner.publishGenerator(this.#engine);
    if (method === "probe") return this.#probe(this.#learner, asked, signal);
    return /** @type {any} */ (this.#learner)[method](asked, signal);
  }

  close() {
    this.#learner?.close();
    this.#learner = undefined;
  }

  /** @param {any} published by the engine: config and weights @returns {import("../../checkpoint/files.js").ModelFiles} */
  #files({ config, weights }) {
    return { ...this.#beside, config, weights: [weights] };
  }

  /**
   * @param {Learner} learner
   * @param {{ input: import("../host.js").Input, labels?: import("./probe.js").Labels, capture: string[] }} asked
   * @param {AbortSignal} [signal]
   */
  async #probe(learner, { input, labels, capture }, signal) {
    const ids = this.#resolve(input);
    const batch = capture.some((glob) => glob.endsWith("_grad")) ? probeBatch(ids, labels, await this.#info()) : {};
    return learner.probe({ input: ids, capture, batch }, signal);
  }
}
