// One text being written, stepped by hand.

import { unpack } from "./batch.js";

/** @typedef {import("../trace.js").Step} Step */
/** @typedef {import("../trace.js").Candidate} Candidate */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("./host.js").Input} Input */
/** @typedef {import("./options.js").StepOptions} StepOptions */
/** @typedef {import("../trace.js").Intervention} Intervention */
/** @typedef {import("./turns.js").Stoppable} Stoppable */

/** The engine is back, or another one took over, without its generations: replay the generation's tokens, then ask once more. */
export class Replay extends Error {
  /** @param {Error} [loss] why the engine was lost, where it was */
  constructor(loss) {
    super(loss?.message ?? "The engine was replaced: ask again.");
    this.loss = loss;
  }
}

/** An engine that is lost again and again is not to be had. */
const MOST_TRIES = 3;

/**
 * Does what leans on an engine's generations or searches; where the engine is lost meanwhile, once more on the next one.
 * @template T
 * @param {() => Promise<T>} action
 * @returns {Promise<T>} rejects with the last loss where every engine was lost
 */
export async function again(action) {
  for (let losses = 0; ;) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof Replay)) throw error;
      // An engine that was replaced on purpose was not lost.
      if (error.loss && ++losses === MOST_TRIES) throw error.loss;
    }
  }
}

/** One text being generated. Its tokens live here too, so that a lost engine can be brought back to the same place. */
export class Generation {
  #call;
  #epochOf;
  #epoch;
  #input;
  #session;
  /** What is changed in the model, since it was last spoken of. @type {Intervention[] | undefined} */
  #interventions;
  /** @type {number[]} */
  #ids = [];
  /** How the tokens met so far are spelt. @type {Map<number, Piece>} */
  #pieces = new Map();

  /**
   * @param {(method: string, args: any[], stoppable?: Stoppable) => Promise<any>} call
   * @param {() => number} epochOf
   * @param {Input} input
   * @param {{ session: number, source: Piece[], epoch: number }} started
   * @param {Intervention[]} [interventions]
   */
  constructor(call, epochOf, input, { session, source, epoch }, interventions) {
    this.#call = call;
    this.#epochOf = epochOf;
    this.#epoch = epoch;
    this.#input = input;
    this.#session = session;
    this.#interventions = interventions;
    /** The input's tokens as the model sees them. */
    this.source = source;
  }

  /** The tokens written so far. */
  get ids() {
    return [...this.#ids];
  }

  /**
   * Writes one token. `signal` ends a step that takes long on the CPU (the first one, of a long text): the promise rejects with its reason, and the text is as it was.
   * @param {StepOptions & { force?: number } & Stoppable} [options] `force`: take this token
   * @returns {Promise<Step>}
   */
  async step({ force, ...options } = {}) {
    const [step] = await this.steps({ ...options, forced: force === undefined ? undefined : [force] }, 1);
    return step;
  }

  /**
   * Writes as many tokens as are ready within a few milliseconds: at least one, at most `count`, none after an end token.
   * @param {StepOptions & { forced?: number[] } & Stoppable} options `forced`: take these tokens, one after the other
   * @param {number} count
   * @returns {Promise<Step[]>}
   */
  async steps({ signal, onProgress, ...options }, count) {
    const steps = unpack(await this.#ask("steps", [options, count], { signal, onProgress }), this.#pieces);
    this.#interventions = options.interventions ?? this.#interventions;
    for (const { id } of steps) this.#ids.push(id);
    return steps;
  }

  /**
   * The likeliest next tokens under these settings; writes nothing.
   * @param {StepOptions & Stoppable} [options]
   * @returns {Promise<Candidate[]>}
   */
  async peek({ signal, onProgress, ...options } = {}) {
    const candidates = await this.#ask("peek", [options], { signal, onProgress });
    this.#interventions = options.interventions ?? this.#interventions;
    return candidates;
  }

  /**
   * Forgets the last tokens; a later step goes on from there.
   * @param {number} [count]
   * @returns {Promise<string>} the text that is left
   */
  async back(count = 1) {
    const text = await this.#ask("back", [Math.min(count, this.#ids.length)]);
    this.#ids.length = Math.max(0, this.#ids.length - count);
    return text;
  }

  async release() {
    if (this.#epoch === this.#epochOf()) await this.#call("release", [this.#session]).catch(() => {});
  }

  /**
   * @param {string} method
   * @param {any[]} args
   * @param {Stoppable} [stoppable]
   */
  #ask(method, args, stoppable) {
    return again(async () => {
      if (this.#epoch !== this.#epochOf()) await this.#replay();
      return this.#call(method, [this.#session, ...args], stoppable);
    });
  }

  async #replay() {
    const epoch = this.#epochOf();
    const { session } = await this.#call("start", [this.#input, { interventions: this.#interventions }]);
    this.#pieces.clear();
    for (let written = 0; written < this.#ids.length;) {
      const forced = this.#ids.slice(written);
      written += unpack(await this.#call("steps", [session, { forced, capture: [] }, forced.length]), this.#pieces).length;
    }
    this.#session = session;
    this.#epoch = epoch;
  }
}
