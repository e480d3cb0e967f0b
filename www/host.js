// The engine and the tokenizer behind one flat set of calls with plain data in and out. A worker wraps it (worker.js); where WebGPU exists on the page
// but not in workers, the page runs the same class on its own thread.

import initWasm, { Engine } from "./wasm/diorama.js";
import { readModel } from "./files.js";
import { NoText, Text } from "./text.js";

/** @typedef {import("./trace.js").Piece} Piece */
/** @typedef {import("./files.js").ModelSource} ModelSource */
/**
 * Either text (encoded with the tokenizer's special tokens) or ids; a decoder's side likewise.
 * @typedef {{ text?: string, textPair?: string, ids?: number[], tokenTypeIds?: number[], attentionMask?: number[],
 *   decoderText?: string, decoderIds?: number[] }} Input
 */
/**
 * `temperature` 0 takes the likeliest token; `force` takes this one.
 * @typedef {{ temperature?: number, topK?: number, topP?: number, seed?: number, candidates?: number, capture?: string[], force?: number }} StepOptions
 */
/** @typedef {{ generation: any, ids: number[] }} Session */

export class Host {
  /** @type {any} */
  #engine;
  /** @type {Text | NoText} */
  #text = new NoText();
  /** @type {Map<number, Session>} */
  #sessions = new Map();
  #nextSession = 1;

  /** What this thread can do, asked before a model is loaded. */
  async features() {
    return { webgpu: typeof navigator !== "undefined" && "gpu" in navigator };
  }

  /**
   * @param {ModelSource} source
   * @param {"auto" | "webgpu" | "cpu"} device
   * @param {(stage: string, fraction: number) => void} [onProgress]
   */
  async load(source, device, onProgress = () => {}) {
    const [files] = await Promise.all([
      readModel(source, onProgress),
      initWasm({ module_or_path: new URL("./wasm/diorama_bg.wasm", import.meta.url) }),
    ]);
    const text = files.tokenizer ? new Text(files.tokenizer, files.tokenizerConfig) : new NoText();
    const { name, config, weights } = files;
    this.#engine = await Engine.load({ name, config, weights }, { device }, onProgress);
    this.#text = text;
    return { ...(await this.#engine.info()), ops: await this.#engine.ops(), tokenizer: text instanceof Text };
  }

  /**
   * @param {string} text
   * @param {string} [pair]
   */
  async encode(text, pair) {
    const { ids } = this.#text.encode(text, pair);
    return this.pieces(ids);
  }

  /**
   * @param {number[]} ids
   * @returns {Promise<Piece[]>}
   */
  async pieces(ids) {
    return ids.map((id) => this.#text.piece(id));
  }

  /**
   * @param {Input} input
   * @param {{ capture?: string[] }} options
   */
  async run(input, options) {
    return this.#engine.run(this.#resolve(input), options);
  }

  /** @param {Input} input */
  async start(input) {
    const resolved = this.#resolve(input);
    const generation = await this.#engine.start(resolved);
    const session = this.#nextSession++;
    this.#sessions.set(session, { generation, ids: [...(await generation.ids())] });
    return { session, source: await this.pieces(resolved.ids) };
  }

  /**
   * @param {number} session
   * @param {StepOptions} options
   */
  async step(session, options) {
    const state = this.#session(session);
    const began = performance.now();
    const { id, candidates, trace, done, position } = await state.generation.step(options);
    const ms = performance.now() - began;
    state.ids.push(id);
    const text = this.#text.decodeComplete(state.ids);
    return { ...this.#text.piece(id), text, candidates: this.#named(candidates), trace, done, position, ms };
  }

  /**
   * @param {number} session
   * @param {StepOptions} options
   */
  async peek(session, options) {
    return this.#named(await this.#session(session).generation.peek(options));
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

  /** @param {number} session */
  async release(session) {
    this.#sessions.get(session)?.generation.free();
    this.#sessions.delete(session);
  }

  /**
   * @param {Input} input
   * @param {{ beams: number, maxNewTokens: number }} options
   * @returns {Promise<number[]>}
   */
  async beamSearch(input, options) {
    return this.#engine.beamSearch(this.#resolve(input), options);
  }

  /** @param {string} op */
  async shader(op) {
    return this.#engine.shader(op);
  }

  async dispose() {
    for (const session of this.#sessions.keys()) await this.release(session);
    this.#engine?.free();
    this.#engine = undefined;
  }

  /** @param {number} session */
  #session(session) {
    const state = this.#sessions.get(session);
    if (!state) throw new Error(`Generation ${session} does not exist: it was released or its model disposed of.`);
    return state;
  }

  /** @param {any[]} candidates */
  #named(candidates) {
    return candidates.map((candidate) => ({ ...candidate, ...this.#text.piece(candidate.id) }));
  }

  /** @param {Input} input */
  #resolve({ text, textPair, ids, tokenTypeIds, attentionMask, decoderText, decoderIds }) {
    if (ids === undefined && text === undefined) throw new Error("The input has neither text nor ids: give one of them.");
    const encoded = ids ? { ids, tokenTypeIds } : this.#text.encode(/** @type {string} */ (text), textPair);
    const start = this.#engine.info().decoderStart;
    return {
      ids: encoded.ids,
      tokenTypeIds: tokenTypeIds ?? (textPair === undefined ? undefined : encoded.tokenTypeIds),
      attentionMask,
      decoderIds: decoderIds ?? (decoderText === undefined ? undefined : [start, ...this.#text.encodeBare(decoderText)]),
    };
  }
}
