// Silence has a limit: what is slow but steady goes on, and what says nothing for too long counts as broken.

/** No byte for so long, and the connection counts as broken. // ms */
const PATIENCE = 30_000;

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {() => Error} late
 * @param {number} [patience] // ms
 * @returns {Promise<T>}
 */
export function patiently(promise, late, patience = PATIENCE) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const tooLate = new Promise((_, reject) => (timer = setTimeout(() => reject(late()), patience)));
  return Promise.race([promise, /** @type {Promise<never>} */ (tooLate)]).finally(() => clearTimeout(timer));
}

/**
 * The bytes of a stream as they come. Whoever stops reading early closes the stream with it.
 * @param {ReadableStream<Uint8Array>} stream
 * @param {() => Error} broken the error where the connection breaks or falls silent
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
export async function* chunks(stream, broken) {
  const reader = stream.getReader();
  let late = false;
  const silent = () => {
    late = true;
    return broken();
  };
  try {
    for (;;) {
      const { done, value } = await patiently(reader.read(), silent).catch((error) => {
        throw late || error?.name === "AbortError" ? error : broken();
      });
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** A stream that is read in two steps: its first bytes, then all of it. */
export class Incoming {
  #coming;
  /** @type {Uint8Array[]} */
  #read = [];
  #length = 0;

  /** @param {AsyncGenerator<Uint8Array, void, void>} coming */
  constructor(coming) {
    this.#coming = coming;
  }

  /**
   * The first bytes; fewer where the stream ends before.
   * @param {number} count
   */
  async first(count) {
    while (this.#length < count) {
      const { done, value } = await this.#coming.next();
      if (done) break;
      this.#read.push(value);
      this.#length += value.length;
    }
    return joined(this.#read, Math.min(count, this.#length));
  }

  /** From the first byte on, once. */
  async *all() {
    try {
      yield* this.#read.splice(0);
      yield* this.#coming;
    } finally {
      await this.close();
    }
  }

  async close() {
    await this.#coming.return();
  }
}

/**
 * @param {Uint8Array[]} parts
 * @param {number} count // bytes
 */
function joined(parts, count) {
  const bytes = new Uint8Array(count);
  let at = 0;
  for (const part of parts) {
    const taken = part.subarray(0, count - at);
    bytes.set(taken, at);
    at += taken.length;
  }
  return bytes;
}
