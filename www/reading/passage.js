// One pass over a text and, for models that write, over the tokens that they go on with: what blocks look at.

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Trace} Trace */
/**
 * An encoder's or a decoder's tokens are all in `source`. An encoder-decoder has `read` `[start …]` and `written`, as long as each other.
 * @typedef {{ trace: Trace, source: Piece[], read: Piece[], written: Piece[] }} Passage
 */
/** @typedef {import("../engine/turns.js").Stoppable} Stoppable */

/**
 * Reads a text. A model that writes first goes on greedily for `write` tokens, an encoder-decoder for one at least; all of it is then one pass.
 * @param {Model} model
 * @param {{ text: string, pair?: string, write?: number }} request
 * @param {string[]} capture hook names or globs
 * @param {Stoppable} [stoppable] the share is that of the pass over all of it
 * @returns {Promise<Passage>}
 */
export async function readThrough(model, { text, pair, write = 0 }, capture, { signal, onProgress } = {}) {
  const { kind, decoderStart, maxPositions } = model.info;
  const options = { capture, signal, onProgress };
  if (kind === "encoder") {
    const textPair = pair || undefined;
    const [source, trace] = await Promise.all([model.encode(text, textPair), model.run({ text, textPair }, options)]);
    return { trace, source, read: [], written: [] };
  }
  const source = await model.encode(text);
  const ids = source.map(({ id }) => id);
  const room = kind === "decoder" && maxPositions !== null ? maxPositions - ids.length : Infinity;
  const written = await writeOn(model, ids, Math.min(room, Math.max(write, kind === "decoder" ? 0 : 1)), signal);
  if (kind === "decoder") {
    const trace = await model.run({ ids: [...ids, ...written.map(({ id }) => id)] }, options);
    return { trace, source: [...source, ...written], read: [], written: [] };
  }
  const [start] = await model.pieces([decoderStart]);
  const read = [start, ...written.slice(0, -1)];
  return { trace: await model.run({ ids, decoderIds: read.map(({ id }) => id) }, options), source, read, written };
}

/**
 * @param {Model} model
 * @param {number[]} ids
 * @param {number} count
 * @param {AbortSignal} [signal]
 */
async function writeOn(model, ids, count, signal) {
  /** @type {Piece[]} */
  const written = [];
  if (count <= 0) return written;
  for await (const { id, token, special } of model.generate({ ids }, { maxNewTokens: count, capture: [], signal }))
    written.push({ id, token, special });
  signal?.throwIfAborted();
  return written;
}
