// Reads a file whole: first what an earlier visit kept of it, then the rest from its host.

import { patiently } from "./folder.js";
import { Trouble } from "../trouble.js";

/** @typedef {import("./folder.js").Entry} Entry */

/**
 * @param {Entry} entry
 * @param {(received: number) => void} [onBytes]
 * @returns {Promise<Uint8Array>}
 */
export async function readWhole(entry, onBytes = () => {}) {
  const { kept } = entry;
  const gathered = new Gathered(entry.size ?? 0);
  const add = (/** @type {Uint8Array} */ chunk) => {
    gathered.add(chunk);
    onBytes(gathered.length);
  };
  if (kept) for await (const piece of kept.pieces()) add(piece);
  if (kept?.whole) return gathered.bytes;
  const { from, stream } = await entry.open(gathered.length);
  gathered.length = from;
  for await (const chunk of chunks(stream, () => entry.broken(gathered.length))) {
    add(chunk);
    await kept?.grow(gathered.bytes);
  }
  if (kept && kept.size === undefined) kept.size = gathered.length;
  await kept?.grow(gathered.bytes);
  return gathered.bytes;
}

/** Bytes in one array from the start, so that a large file never lies in memory twice. */
class Gathered {
  length = 0;
  #room;

  /** @param {number} expected // bytes */
  constructor(expected) {
    this.#room = new Uint8Array(expected);
  }

  get bytes() {
    return this.#room.subarray(0, this.length);
  }

  /** @param {Uint8Array} chunk */
  add(chunk) {
    if (this.length + chunk.length > this.#room.length) {
      const larger = new Uint8Array(Math.max(2 * this.#room.length, this.length + chunk.length));
      larger.set(this.bytes);
      this.#room = larger;
    }
    this.#room.set(chunk, this.length);
    this.length += chunk.length;
  }
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {() => Error} broken
 */
async function* chunks(stream, broken) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await patiently(reader.read(), broken).catch((error) => {
        throw error instanceof Trouble || error.name === "AbortError" ? error : broken();
      });
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
