// The worker's side of training: one run on the engine's model, alone or with runs in other workers that share each batch.

import { turns } from "../turns.js";
import { Peers } from "./peers.js";

/** @typedef {import("../../wasm/diorama.js").Training} EngineTraining */
/** What a run is told of when it begins: memory in bytes, examples that were cut, batches held out, and the least loss possible in nats, where it is known. @typedef {{ bytes: number, cut: number, heldOut: number, entropy?: number }} About */
/** `generatorLoss`: of a joint training. @typedef {{ step: number, loss: number, gradNorm: number, lr: number, tokens: number, ms: number, generatorLoss?: number }} Did */

/** Numbers that the engine tells of a step. */
const TOLD = 7;

export class Learner {
  #run;
  /** Those that share the batches. @type {Peers | undefined} */
  #peers;

  /** @param {EngineTraining} run */
  constructor(run) {
    this.#run = run;
  }

  /**
   * @param {import("../../wasm/diorama.js").Engine} engine
   * @param {import("../../text/text.js").Text | import("../../text/text.js").NoText} text
   * @param {{ options: object, data: object, changed?: object, generator?: object }} asked
   */
  static async open(engine, text, { options, data, changed, generator }) {
    const encode = (/** @type {string} */ line) => Uint32Array.from(text.encodeData(line));
    return new Learner(
      await engine.train(options, data, changed, generator, encode, (/** @type {string} */ token) => text.idOf(token)),
    );
  }

  /** @returns {About} */
  about() {
    return /** @type {About} */ (this.#run.about());
  }

  /** Op, milliseconds and runs of each since the last call, in this worker. @returns {[string, number, number][]} */
  profile() {
    return /** @type {any} */ (this.#run.profile());
  }

  /** The model's files as it is now, with averages where they are kept. @param {import("../../wasm/diorama.js").Engine} engine */
  publish(engine) {
    return engine.publishTrained(this.#run);
  }

  /** The generator of a joint training, in the same form. @param {import("../../wasm/diorama.js").Engine} engine */
  publishGenerator(engine) {
    return engine.publishGenerator(this.#run);
  }

  /** @param {{ steps: number }} asked in all */
  plan({ steps }) {
    this.#run.plan(steps);
  }

  /** Shares each batch from now on. @param {{ rank: number, ports: MessagePort[] }} asked a port to each of the others, in the order of their ranks */
  join({ rank, ports }) {
    this.#peers?.close();
    this.#peers = ports.length > 0 ? new Peers(rank, ports) : undefined;
  }

  /**
   * Learns for some steps; alone also until `patience` milliseconds are over.
   * @param {{ count: number, patience: number }} asked
   * @param {AbortSignal} [signal]
   * @returns {Promise<Did[]>}
   */
  async steps({ count, patience }, signal) {
    if (!this.#peers) return read(await this.#run.steps(count, patience, turns(undefined, signal)));
    const steps = [];
    for (let i = 0; i < count; i++) {
      const begun = performance.now();
      const own = await this.#run.share(this.#peers.rank, this.#peers.count, turns(undefined, signal));
      const shares = await this.#peers.exchange(this.#run.done(), own, signal);
      const [did] = read(await this.#run.learn(shares));
      steps.push({ ...did, ms: performance.now() - begun });
    }
    return steps;
  }

  /** The mean loss over so many held-out batches. @param {{ batches: number }} asked @param {AbortSignal} [signal] */
  heldOut({ batches }, signal) {
    return this.#run.heldOut(batches, turns(undefined, signal));
  }

  /**
   * @param {{ input: object, batch: object, capture: string[] }} asked
   * @param {AbortSignal} [signal]
   */
  probe({ input, batch, capture }, signal) {
    return this.#run.probe(input, batch, capture, turns(undefined, signal));
  }

  /** @param {{ batch: object, capture: string[] }} asked @param {AbortSignal} [signal] */
  gradients({ batch, capture }, signal) {
    return this.#run.gradients(batch, capture, turns(undefined, signal));
  }

  /** @returns {Promise<{ step: number, file: Uint8Array }>} */
  async snapshot() {
    return { step: this.#run.done(), file: await this.#run.snapshot() };
  }

  /** @param {{ file: Uint8Array }} snapshot */
  restore({ file }) {
    return this.#run.restore(file);
  }

  close() {
    this.#peers?.close();
    this.#run.free();
  }
}

/** @param {ArrayLike<number>} told @returns {Did[]} */
function read(told) {
  return Array.from({ length: told.length / TOLD }, (_, i) => {
    const [step, loss, gradNorm, lr, tokens, ms, generatorLoss] = Array.from(told).slice(TOLD * i, TOLD * (i + 1));
    return { step, loss, gradNorm, lr, tokens, ms, ...(Number.isNaN(generatorLoss) ? {} : { generatorLoss }) };
  });
}
