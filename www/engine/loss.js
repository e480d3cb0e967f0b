// What an error takes with it.

/** @typedef {"engine" | "device" | "hung" | "blocked"} Loss */

/**
 * The engine behind a link is gone, or (`device`) only what it held on the GPU. `hung`: it was ended because this call held it up for ever, and would again. `blocked`: it was ended because
 * one of several calls held it up, perhaps this one.
 */
export class EngineLost extends Error {
  /**
   * @param {string} message
   * @param {Loss} loss
   */
  constructor(message, loss) {
    super(message);
    this.loss = loss;
  }
}

/**
 * The engine, by a trap in wasm; the engine's caches, where the GPU was lost and the engine has opened another device; or nothing.
 * @param {unknown} error
 * @returns {Loss | undefined}
 */
export function lossOf(error) {
  if (error instanceof WebAssembly.RuntimeError) return "engine";
  return error instanceof Error && error.message.startsWith("device: the GPU was lost") ? "device" : undefined;
}
