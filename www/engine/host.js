// The engine and the tokenizer behind one flat set of calls with plain data in and out. A worker wraps it (worker.js); where WebGPU exists on the page
// but not in workers, the page runs the same class on its own thread.

import { candidatesOf, pack } from "./batch.js";
import { Corrupting } from "./corrupting.js";
import { readFiles } from "./files.js";
import { infoOf } from "./info.js";
import { packInterventions, packVariants } from "./interventions.js";
import { NEW_TOKENS, stepOptions } from "./options.js";
import { NoText, Text } from "../text/text.js";
import { Teaching } from "./training/teaching.js";
import { idsOf } from "./input.js";
import { looked } from "./looked.js";
import { turns } from "./turns.js";
import { Engine, describeTask, plan, startEngine } from "./wasm.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Intervention} Intervention */
/** @typedef {import("../checkpoint/files.js").ModelFiles} ModelFiles */
/** @typedef {{ read?: ModelFiles, module: WebAssembly.Module }} Lent */
/**
 * Either text (encoded with the tokenizer's special tokens) or ids; a decoder's side likewise.
 * @typedef {{ text?: string, textPair?: string, ids?: number[], tokenTypeIds?: number[], attentionMask?: number[],
 *   decoderText?: string, decoderIds?: number[] }} Input
 */
/** @typedef {import("./options.js").StepOptions} StepOptions */
/** @typedef {import("../wasm/diorama.js").Generation} EngineGeneration */
/** @typedef {import("../wasm/diorama.js").Search} EngineSearch */
/** @typedef {import("./turns.js").OnShare} OnShare */
/** `met` are the tokens that the page knows how to spell. @typedef {{ generation: EngineGeneration, ids: number[], met: Set<number> }} Session */

/** How long tokens are gathered before the page hears of them. */
const PATIENCE = 8; // ms

export class Host extends Corrupting {
  /** @type {Engine | undefined} */
  #engine;
  #decoderStart = 0;
  /** Whether the model tells segments apart. */
  #tokenTypes = false;
  /** @type {Text | NoText} */
  #text = new NoText();
  /** @type {Map<number, Session>} */
  #sessions = new Map();
  /** @type {Map<number, EngineSearch>} */
  #searches = new Map();
  #nextSession = 1;
  /** @type {ModelFiles | undefined} */
  #lent;
  /** @type {Teaching | undefined} */
  #teaching;

  /** What this thread can do, asked before a model is loaded. */
  async features() {
    return { webgpu: typeof navigator !== "undefined" && "gpu" in navigator };
  }

  /**
   * @param {import("./files.js").Source} source
   * @param {"auto" | "webgpu" | "cpu"} device
   * @param {import("../checkpoint/files.js").OnProgress} [onProgress]
   * @param {AbortSignal} [signal]
   */
  async load(source, device, onProgress = () => {}, signal) {
    const [{ read, text = new NoText() }] = await Promise.all([readFiles(source, onProgress, signal), startEngine()]);
    const { tokenizer: _, tokenizerConfig: __, tokenizerBeside: ___, ...files } = read;
    if (source.lend) this.#lent = { ...read, weights: [...read.weights] };
    this.#engine = await Engine.load(files, { device }, (/** @type {string} */ stage, /** @type {number} */ fraction) => {
      // The engine has its own copy of the bytes by its first word: what comes after it needs the room.
      files.weights.length = 0;
      onProgress(stage, fraction);
    });
    this.#text = text;
    const info = await this.info();
    const { weights: _weights, ...beside } = read;
    this.#teaching = new Teaching(
      this.#engine,
      text,
      beside,
      (input) => this.#resolve(input),
      () => this.info(),
    );
    this.#decoderStart = info.decoderStart;
    this.#tokenTypes = info.tokenTypes > 1;
    return info;
  }

  /** For another worker that loads the same model: its files, where `load` was told to lend them and nobody has taken them yet, and the engine's module. @returns {Promise<Lent>} */
  async lend() {
    const [read] = [this.#lent, (this.#lent = undefined)];
    return { read, module: await startEngine() };
  }

  /**
   * The graph of a config.json, without numbers.
   * @param {string} config
   * @param {string[]} tensors names in its checkpoint
   * @returns {Promise<import("../blocks/parameters/budget.js").Plan>}
   */
  async plan(config, tensors) {
    await startEngine();
    const planned = /** @type {any} */ (plan(config, tensors));
    return { ...planned, nodes: JSON.parse(planned.nodes) };
  }

  /** @param {object} task a generated one @returns {Promise<{ vocabulary: string[], longest: number }>} */
  async describeTask(task) {
    await startEngine();
    return /** @type {any} */ (describeTask(task));
  }

  async info() {
    return infoOf(this.#loaded(), this.#text);
  }

  /**
   * @param {string} text
   * @param {string} [pair]
   * @returns {Promise<Piece[]>} with their segments, where the model tells them apart
   */
  async encode(text, pair) {
    const { ids, tokenTypeIds } = this.#text.encode(text, pair);
    return ids.map((id, i) => ({ ...this.#text.piece(id), segment: this.#tokenTypes ? tokenTypeIds?.[i] : undefined }));
  }

  /** @param {number[]} ids @returns {Promise<Piece[]>} */
  async pieces(ids) {
    return ids.map((id) => this.#text.piece(id));
  }

  /** @param {number[]} ids */
  async decode(ids) {
    return this.#text.decode(ids);
  }

  /**
   * @param {Input | Input[]} input
   * @param {{ capture?: string[], interventions?: Intervention[], variants?: Intervention[][] }} options
   * @param {OnShare} [onShare]
   * @param {AbortSignal} [signal] here and below: ends a long pass on the CPU, and the promise rejects
   */
  async run(input, { interventions, variants, ...options }, onShare, signal) {
    return this.#loaded().run(
      Array.isArray(input) ? input.map((one) => this.#resolve(one)) : this.#resolve(input),
      stepOptions(options),
      packInterventions(interventions),
      packVariants(variants),
      turns(onShare, signal),
    );
  }

  /**
   * What a masked-word head would write at each place: `places`, or wherever the mask token stands.
   * @param {Input} input
   * @param {StepOptions & { places?: number[] }} options
   * @param {OnShare} [onShare]
   * @param {AbortSignal} [signal]
   */
  async fill(input, { places, interventions, ...options }, onShare, signal) {
    const resolved = this.#resolve(input);
    const masked = () =>
      resolved.ids.flatMap((/** @type {number} */ id, /** @type {number} */ i) => (id === this.#text.mask ? [i] : []));
    const wanted = new Uint32Array(places ?? masked());
    const { trace, places: filled } = await this.#loaded().fill(
      resolved,
      wanted,
      stepOptions(options),
      packInterventions(interventions),
      turns(onShare, signal),
    );
    const piece = (/** @type {number} */ id) => this.#text.piece(id);
    const named = (/** @type {any} */ { position, id, candidates }) => ({
      position,
      ...piece(id),
      candidates: candidatesOf(candidates, piece),
    });
    return { trace, places: filled.map(named) };
  }

  /** New tokens behind this input when nobody says how many: by generation_config.json, or a usual number. @param {Input} input */
  async usualLength(input) {
    return this.#loaded().usualLength(this.#resolve(input), NEW_TOKENS);
  }

  /**
   * @param {Input} input
   * @param {{ interventions?: Intervention[] }} [options]
   */
  async start(input, { interventions } = {}) {
    const resolved = this.#resolve(input);
    const generation = await this.#loaded().start(resolved);
    if (interventions) generation.intervene(packInterventions(interventions));
    const session = this.#nextSession++;
    this.#sessions.set(session, { generation, ids: Array.from(await generation.ids()), met: new Set() });
    return { session, source: await this.pieces(resolved.ids) };
  }

  /**
   * Tokens, until one ends the text, `count` are written or PATIENCE is over: messages to the page must not hold up a fast engine.
   * @param {number} session
   * @param {StepOptions & { forced?: number[] }} options `forced`: take these tokens, one after the other
   * @param {number} count
   * @param {OnShare} [onShare]
   * @param {AbortSignal} [signal] what is written before it is heard stays
   */
  async steps(session, { forced, ...options }, count, onShare, signal) {
    const { generation, ids, met } = this.#session(session);
    prepare(generation, options);
    const taken = await generation.steps(Uint32Array.from(forced ?? []), count, PATIENCE, turns(onShare, signal));
    const textAfter = (/** @type {number} */ id) => {
      ids.push(id);
      return this.#text.decodeComplete(ids);
    };
    return pack(taken, textAfter, met, (id) => this.#text.piece(id));
  }

  /**
   * @param {number} session
   * @param {StepOptions} options
   * @param {OnShare} [onShare]
   * @param {AbortSignal} [signal]
   */
  async peek(session, options, onShare, signal) {
    const { generation } = this.#session(session);
    prepare(generation, options);
    return candidatesOf(await generation.peek(turns(onShare, signal)), (id) => this.#text.piece(id));
  }

  /**
   * @param {number} session
   * @param {number} count tokens to forget
   */
  async back(session, count) {
    const { generation, ids } = this.#session(session);
    await generation.back(count);
    ids.length = Math.max(0, ids.length - count);
    return this.#text.decodeComplete(ids);
  }

  /** @param {number} session a text's or a search's */
  async release(session) {
    (this.#sessions.get(session)?.generation ?? this.#searches.get(session))?.free();
    this.#sessions.delete(session);
    this.#searches.delete(session);
  }

  /**
   * Begins a beam search.
   * @param {Input} input
   * @param {{ beams: number, maxNewTokens: number, interventions?: Intervention[] }} options
   */
  async search(input, { interventions, ...options }) {
    const session = this.#nextSession++;
    this.#searches.set(session, this.#loaded().search(this.#resolve(input), options, packInterventions(interventions)));
    return session;
  }

  /**
   * Steps of a search, until it ends or PATIENCE is over; the text that won, once it has ended.
   * @param {number} session
   * @param {OnShare} [onShare]
   * @param {AbortSignal} [signal]
   */
  async look(session, onShare, signal) {
    const search = this.#searches.get(session);
    if (!search) throw new Error(`Search ${session} does not exist: it was released or its model disposed of.`);
    return looked(search, await search.steps(PATIENCE, turns(onShare, signal)), this.#text);
  }

  /** @returns {Promise<import("../trace.js").GraphNode[]>} */
  async graph() {
    return JSON.parse(await this.#loaded().graph());
  }

  /**
   * @param {string} name as published
   * @param {number} part which of several weights in one tensor
   * @returns {Promise<import("../trace.js").Activation>}
   */
  async weight(name, part) {
    return /** @type {any} */ (this.#loaded().weight(name, part));
  }

  /** @param {string} op the op's word, or a variant's file */
  async shader(op) {
    return this.#loaded().shader(op);
  }

  /** What a training asks: see Teaching. @param {string} method @param {any} [asked] @param {OnShare} [_onShare] @param {AbortSignal} [signal] */
  async train(method, asked, _onShare, signal) {
    if (!this.#teaching) throw new Error("No model is loaded.");
    return this.#teaching.call(method, asked, signal);
  }

  async loseGpu() {
    return this.#loaded().loseGpu();
  }

  async dispose() {
    for (const session of [...this.#sessions.keys(), ...this.#searches.keys()]) await this.release(session);
    this.#teaching?.close();
    this.#engine?.free();
    this.#engine = this.#teaching = undefined;
  }

  #loaded() {
    if (!this.#engine) throw new Error("No model is loaded.");
    return this.#engine;
  }

  /** @param {number} session */
  #session(session) {
    const state = this.#sessions.get(session);
    if (!state) throw new Error(`Generation ${session} does not exist: it was released or its model disposed of.`);
    return state;
  }

  /** @param {Input} input */
  #resolve(input) {
    return idsOf(input, this.#text, this.#tokenTypes, this.#decoderStart);
  }
}

/**
 * Interventions that are not spoken of stay as they are.
 * @param {EngineGeneration} generation
 * @param {StepOptions} options
 */
function prepare(generation, { interventions, ...options }) {
  if (interventions) generation.intervene(packInterventions(interventions));
  generation.set(stepOptions(options));
}
