// A loaded model as the page sees it. Calls go through a link to the engine's host; when the engine is lost (a crashed worker, a lost GPU device)
// the model loads it again and replays each generation's tokens, so that nothing the reader has is gone.

import { afterLoss, foundIn, hung, loadEngine } from "./start.js";
import { Generation, Replay } from "./generation.js";
import { EngineLost } from "./loss.js";
import { untilAborted } from "./options.js";
import { search } from "./search.js";
import { written } from "./written.js";
import { engineOptions } from "./training/options.js";
import { Training } from "./training/training.js";
import { tracesOf } from "./variants.js";

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Step} Step */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Candidate} Candidate */
/** @typedef {import("../trace.js").Intervention} Intervention */
/** @typedef {import("./host.js").Input} Input */
/** @typedef {import("../checkpoint/folder.js").ModelSource} ModelSource */
/** Where a model comes from. @typedef {ModelSource | { fresh: import("./training/fresh.js").Fresh }} Origin */
/** @typedef {import("./link.js").Room} Room */
/** @typedef {import("./search.js").SearchOptions} SearchOptions */
/** @typedef {"auto" | "webgpu" | "cpu"} Device */
/** @typedef {import("./info.js").ModelInfo} ModelInfo */
/** @typedef {import("./turns.js").Stoppable} Stoppable */

export class Model {
  /** @type {ModelInfo} */
  info;
  /** Ids as an objective of training changes them, under a seed. @type {import("./corrupting.js").Corrupt} */
  corrupt = (corruption) => this.#call("corrupt", [corruption]);
  /** The files of a folder, as the model is now. @type {() => Promise<import("../checkpoint/files.js").ModelFiles>} */
  published = () => this.#call("train", ["publish"]);
  #link;
  #source;
  #device;
  #onRecover;
  #room;
  #disposed = false;
  /** Counts losses: a generation started before the last one must be replayed. */
  #epoch = 0;
  /** Calls run one after the other: the engine computes one thing at a time. @type {Promise<any>} */
  #queue = Promise.resolve();
  /** What the model has learned here is the training's to keep. @type {Training | undefined} */
  #training;

  /**
   * @param {import("./start.js").Loaded} loaded
   * @param {Origin} source
   * @param {Device} device
   * @param {(reason: string) => void} onRecover
   * @param {Room} [room]
   */
  constructor({ link, info }, source, device, onRecover, room) {
    this.info = info;
    this.#link = link;
    this.#source = source;
    this.#device = device;
    this.#onRecover = onRecover;
    this.#room = room;
  }

  /**
   * @param {Origin & { lend?: boolean }} source `lend`: its files are kept for a `move` to another device
   * @param {Device} device
   * @param {import("../checkpoint/files.js").OnProgress} onProgress
   * @param {(reason: string) => void} onRecover
   * @param {AbortSignal} [signal]
   * @param {Room} [room] a worker that several models share
   */
  static async load(source, device, onProgress, onRecover, signal, room) {
    const { lend: _, ...again } = source;
    return new Model(await loadEngine(source, device, { onProgress, signal }, room), again, device, onRecover, room);
  }

  /**
   * One forward pass over the whole input, or over a list of texts: then a list of traces, each as if its text had been read alone. When `signal` aborts, the promise rejects at once with its reason; a pass on the CPU then ends at its next turn of the event
   * loop, some 50 ms later, one on a GPU is done to its end, and only then the model answers what was asked next. `onProgress(share)` hears of a long pass on the CPU, 0..1.
   * @template {Input | Input[]} I @template {Intervention[][] | undefined} [V=undefined]
   * @param {I} input
   * @param {{ capture?: string[], interventions?: Intervention[], variants?: V } & Stoppable} [options] `capture`: hook names or globs, such as "*.hook_pattern". `variants`: a pass for each,
   *   with its own interventions behind the others, and a list of what each brings; what several passes have in common is computed once
   * @returns {Promise<import("./variants.js").Traces<I, V>>}
   */
  async run(input, { capture = [], interventions, variants, signal, onProgress } = {}) {
    return tracesOf(
      await untilAborted(this.#call("run", [input, { capture, interventions, variants }], { signal, onProgress }), signal),
    );
  }

  /**
   * What a masked-language model would write at `places` (tokens counted from 0; where left out, wherever the mask token stands), in one pass.
   * A temperature above 0 draws each place for itself. `signal` and `onProgress` are as of `run`.
   * @param {Input} input
   * @param {{ places?: number[], temperature?: number, topK?: number, topP?: number, seed?: number, candidates?: number, capture?: string[], interventions?: Intervention[] } & Stoppable} [options]
   * @returns {Promise<{ trace: Trace, places: (Piece & { position: number, candidates: Candidate[] })[] }>}
   */
  async fill(input, { signal, onProgress, ...options } = {}) {
    const { trace, places } = await untilAborted(this.#call("fill", [input, options], { signal, onProgress }), signal);
    return { trace: tracesOf(trace), places };
  }

  /**
   * Tokens one by one; ends at an end token, after `maxNewTokens` (left out: as generation_config.json says, or 64), where the model has no position for more, or when `signal` aborts. With `beams` above 1 the best beam's tokens are replayed.
   * @param {Input} input
   * @param {{ maxNewTokens?: number, temperature?: number, topK?: number, topP?: number, seed?: number, beams?: number, capture?: string[],
   *   candidates?: number, signal?: AbortSignal, interventions?: Intervention[] }} [options]
   * @returns {AsyncGenerator<Step, void, void>}
   */
  async *generate(input, options = {}) {
    yield* written(this, (input) => this.#call("usualLength", [input]), input, options);
  }

  /**
   * A generation to be stepped by hand; computes nothing yet.
   * @param {Input} input
   * @param {{ interventions?: Intervention[], signal?: AbortSignal }} [options] interventions hold until a step is given others; when `signal` aborts, the promise rejects at once
   */
  async start(input, { interventions, signal } = {}) {
    // Of before the call: should the engine change meanwhile, the generation is begun once more there.
    const epoch = this.#epoch;
    const call = (/** @type {string} */ method, /** @type {any[]} */ args, /** @type {Stoppable | undefined} */ stoppable) =>
      this.#call(method, args, stoppable);
    const starting = this.#call("start", [input, { interventions }], { signal }).then(
      (started) => new Generation(call, () => this.#epoch, input, { ...started, epoch }, interventions),
    );
    return untilAborted(starting, signal).catch((error) => {
      starting.then(
        (generation) => generation.release(),
        () => {},
      );
      throw error;
    });
  }

  /**
   * The ids of the best text that a beam search finds.
   * @param {Input} input
   * @param {SearchOptions} options
   * @returns {Promise<number[]>}
   */
  async beamSearch(input, options) {
    return (await this.beamTree(input, options)).ids;
  }

  /**
   * The same search with all that it looked at, step by step.
   * @param {Input} input
   * @param {SearchOptions} options
   * @returns {Promise<import("../trace.js").BeamTree>}
   */
  beamTree(input, options) {
    return search(
      (method, args, stoppable) => this.#call(method, args, stoppable),
      () => this.#epoch,
      input,
      options,
    );
  }

  /**
   * The tokens of a text, special tokens included.
   * @param {string} text
   * @param {string} [pair]
   * @param {{ signal?: AbortSignal }} [options] when it aborts, the promise rejects at once
   * @returns {Promise<Piece[]>}
   */
  encode(text, pair, { signal } = {}) {
    return untilAborted(this.#call("encode", [text, pair], { signal }), signal);
  }

  /**
   * @param {number[]} ids
   * @returns {Promise<Piece[]>}
   */
  pieces(ids) {
    return this.#call("pieces", [ids]);
  }

  /**
   * The text of ids, special tokens left out.
   * @param {number[]} ids
   * @returns {Promise<string>}
   */
  decode(ids) {
    return this.#call("decode", [ids]);
  }

  /**
   * The WGSL file that computes an op, or a faster variant's by its file name.
   * @param {string} op
   * @returns {Promise<{ wgsl: string, file: string } | null>}
   */
  shader(op) {
    return this.#call("shader", [op]);
  }

  /**
   * The model as a list of nodes, in the order of computation.
   * @returns {Promise<import("../trace.js").GraphNode[]>}
   */
  graph() {
    return this.#call("graph", []);
  }

  /**
   * The numbers of one weight, as the graph has it.
   * @param {string} name as the checkpoint publishes it
   * @param {number} [part] which, where one tensor holds several weights (GPT-2's queries, keys and values)
   * @returns {Promise<import("../trace.js").Activation>}
   */
  weight(name, part = 0) {
    return this.#call("weight", [name, part]);
  }

  /**
   * Begins to train the model: from now on all that looks at it sees it as it is. It learns as long as somebody takes steps from `run` of what comes back; a second training takes the first one's place.
   * @param {import("./training/options.js").TrainOptions} options
   */
  async train(options) {
    const asked = await engineOptions(options, this);
    this.#training?.close();
    this.#training = undefined;
    /** @type {import("./training/training.js").Ask} */
    const ask = (method, asked, signal, transfer) => this.#call("train", [method, asked], { signal, transfer });
    const helpers = (/** @type {number} */ count) =>
      Promise.all(Array.from({ length: count }, async () => (await loadEngine({ read: await ask("publish") }, "cpu")).link));
    return (this.#training = await Training.open({ ask, device: () => this.info.device, helpers }, asked));
  }

  /** Takes the GPU away, as a driver's reset does: for tests of the recovery. */
  loseGpu() {
    return this.#call("loseGpu", []);
  }

  /**
   * Goes on computing while it is loaded a second time, for another device, which takes over between two calls. Texts go on with the same tokens.
   * "auto" tests the devices, and where that ends at the present one, only the reason is new.
   * @param {Device} device
   * @param {AbortSignal} [signal]
   */
  async move(device, signal) {
    const { read, module } = /** @type {import("./host.js").Lent} */ (await this.#call("lend", []));
    const { link, info } = await loadEngine(read ? { read } : this.#source, device, { signal }, this.#room, module);
    this.#queue = this.#queue.then(async () => {
      if (this.#disposed) return link.close();
      await this.#training?.moved(asking(link), true);
      this.#device = device;
      if (info.device === "cpu" && this.info.device === "cpu") {
        link.close();
        this.info = { ...this.info, ...foundIn(info) };
        return;
      }
      this.#link.close();
      this.#link = link;
      this.info = info;
      this.#epoch++;
    });
    await this.#queue;
  }

  dispose() {
    this.#disposed = true;
    this.#training?.close();
    this.#link.close();
  }

  /**
   * @param {string} method
   * @param {any[]} args
   * @param {Stoppable & { transfer?: Transferable[] }} [stoppable]
   * @returns {Promise<any>} also of a call that is stopped it ends only when the engine is idle again
   */
  #call(method, args, { signal, onProgress, transfer } = {}) {
    const epoch = this.#epoch;
    const heard = onProgress && ((/** @type {number} */ share) => signal?.aborted || onProgress(share));
    const result = this.#queue.then(() => this.#callOrRecover(method, args, { signal, onProgress: heard, transfer }, epoch));
    this.#queue = result.catch(() => {});
    return result;
  }

  /**
   * @param {string} method
   * @param {any[]} args
   * @param {import("./link.js").CallOptions} options
   * @param {number} epoch when it was asked
   */
  async #callOrRecover(method, args, options, epoch) {
    options.signal?.throwIfAborted();
    if (this.#disposed) throw new Error("This model was disposed of: load it again.");
    if (GENERATION_METHODS.has(method) && epoch !== this.#epoch) throw new Replay();
    try {
      return await this.#link.call(method, args, { ...options, computes: this.info.device === "cpu" });
    } catch (error) {
      if (!(error instanceof EngineLost) || this.#disposed) throw options.signal?.aborted ? options.signal.reason : error;
      // A worker that was held up once may be so again: from now on the model has one of its own, where nobody else waits with it.
      if (error.loss === "hung" || error.loss === "blocked") this.#room = undefined;
      if (error.loss === "hung") throw hung("engine.hung");
      options.signal?.throwIfAborted();
      await this.#recover(error);
      if (GENERATION_METHODS.has(method)) throw new Replay(error);
      return this.#link.call(method, args, options);
    }
  }

  /** @param {EngineLost} reason */
  async #recover(reason) {
    ({ link: this.#link, info: this.info } = await afterLoss(reason, this.#link, () =>
      loadEngine(this.#source, this.#device, {}, this.#room),
    ));
    this.#epoch++;
    await this.#training?.moved(asking(this.#link), reason.loss !== "device");
    this.#onRecover(reason.message);
  }
}

/** What a training asks of an engine. @param {import("./link.js").Link} link @returns {import("./training/training.js").Ask} */
function asking(link) {
  return (method, asked) => link.call("train", [method, asked]);
}

/** Calls that lean on a text, a search or a training inside the engine, which a loss takes away. */
const GENERATION_METHODS = new Set(["steps", "peek", "back", "look", "release", "train"]);
