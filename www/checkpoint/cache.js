// Models from other hosts, kept in the browser's storage: one Cache for each, named after its folder. A file lies in pieces, each stored at once or not at
// all, so that a download goes on where it stopped, and half a file is never taken for a whole one.

import { modelName } from "./hub.js";

const PREFIX = "diorama model ";

/** Large enough that a model has few, small enough that little is fetched twice. // bytes */
export const PIECE = 2 * 2 ** 20;

/** What a piece says of its file; a size that nobody knows yet is not kept. */
const [SIZE, LENGTH, TAG] = ["x-file-size", "content-length", "etag"];

/** @typedef {{ folder: string, name: string, bytes: number, whole: boolean }} KeptModel */

/**
 * The browser's storage; undefined where it has none for this page (an address that is not secure, a private window, a sandboxed frame).
 * @returns {Promise<CacheStorage | undefined>}
 */
async function storage() {
  try {
    await caches.keys();
    return caches;
  } catch {
    return undefined;
  }
}

/** Whether models can be kept here. */
export async function canKeep() {
  return (await storage()) !== undefined;
}

/** @returns {Promise<KeptModel[]>} */
export async function keptModels() {
  const names = (await (await storage())?.keys()) ?? [];
  return Promise.all(names.filter((name) => name.startsWith(PREFIX)).map(keptModel));
}

/**
 * Whether a model can be opened without its host.
 * @param {string} folder
 */
export async function isKept(folder) {
  return (await (await storage())?.match(folder, { cacheName: PREFIX + folder })) !== undefined;
}

/** @param {string} folder */
export async function forgetModel(folder) {
  await (await storage())?.delete(PREFIX + folder);
}

/**
 * The place of one model's files.
 * @param {string} folder its address
 * @returns {Promise<Shelf | undefined>} undefined where the browser keeps nothing
 */
export async function openShelf(folder) {
  const found = await storage();
  return found && new Shelf(await found.open(PREFIX + folder), folder);
}

/**
 * The same where something is kept of the model already.
 * @param {string} folder
 */
export async function findShelf(folder) {
  return (await (await storage())?.has(PREFIX + folder)) ? openShelf(folder) : undefined;
}

export class Shelf {
  #cache;
  #folder;
  /** The storage took everything so far. */
  #takes = true;

  /**
   * @param {Cache} cache
   * @param {string} folder
   */
  constructor(cache, folder) {
    this.#cache = cache;
    this.#folder = folder;
  }

  /** @param {string} address */
  async file(address) {
    const file = new KeptFile(this.#cache, address, () => (this.#takes = false));
    await file.look();
    return file;
  }

  /** All files have arrived: from now on the model opens without its host. */
  async complete() {
    if (this.#takes) await this.#cache.put(this.#folder, new Response("")).catch(() => {});
  }
}

/** One file in its pieces. */
export class KeptFile {
  /** The host said that there is no such file. */
  absent = false;
  /** The whole file's. // bytes @type {number | undefined} */
  size;
  /** The host's mark of this version. */
  tag = "";
  /** Bytes kept so far. */
  length = 0;
  #cache;
  #address;
  #onFull;
  #pieces = 0;
  /** Whether there is still room. */
  #takes = true;

  /**
   * @param {Cache} cache
   * @param {string} address
   * @param {() => void} onFull the storage refused a piece: the model will not be whole there
   */
  constructor(cache, address, onFull) {
    this.#cache = cache;
    this.#address = address;
    this.#onFull = onFull;
  }

  get whole() {
    return this.length === this.size;
  }

  /** What is there from an earlier visit. */
  async look() {
    for (;;) {
      const piece = await this.#cache.match(this.#key(this.#pieces));
      if (!piece) return;
      if (piece.status === 404) return void (this.absent = true);
      this.size = Number(piece.headers.get(SIZE));
      this.tag = piece.headers.get(TAG) ?? "";
      this.length += Number(piece.headers.get(LENGTH));
      this.#pieces++;
    }
  }

  async *pieces() {
    for (let i = 0; i < this.#pieces; i++) {
      const piece = await this.#cache.match(this.#key(i));
      if (piece) yield new Uint8Array(await piece.arrayBuffer());
    }
  }

  /**
   * Keeps what has arrived since, in whole pieces; the last one may be shorter.
   * @param {Uint8Array} bytes the file so far
   */
  async grow(bytes) {
    while (this.#takes && this.size !== undefined && (bytes.length - this.length >= PIECE || (bytes.length === this.size && !this.whole))) {
      const piece = bytes.subarray(this.length, this.length + PIECE);
      await this.#put(this.#key(this.#pieces), new Response(/** @type {BodyInit} */ (piece), { headers: { [SIZE]: String(this.size), [LENGTH]: String(piece.length), [TAG]: this.tag } }));
      this.length += piece.length;
      this.#pieces++;
    }
  }

  keepAbsent() {
    return this.#put(this.#key(0), new Response(null, { status: 404 }));
  }

  /** Another version has taken the file's place. */
  async forget() {
    for (let i = 0; i < this.#pieces; i++) await this.#cache.delete(this.#key(i));
    this.length = this.#pieces = 0;
    this.size = undefined;
  }

  /**
   * @param {string} key
   * @param {Response} piece
   */
  async #put(key, piece) {
    try {
      await this.#cache.put(key, piece);
    } catch {
      // The storage is full. The model opens all the same, and is fetched again the next time.
      this.#takes = false;
      this.#onFull();
    }
  }

  /** @param {number} piece */
  #key(piece) {
    return `${this.#address}?piece=${piece}`;
  }
}

/**
 * @param {string} cacheName
 * @returns {Promise<KeptModel>}
 */
async function keptModel(cacheName) {
  const folder = cacheName.slice(PREFIX.length);
  const cache = await caches.open(cacheName);
  const pieces = await cache.matchAll();
  const bytes = pieces.reduce((sum, { headers }) => sum + Number(headers.get(LENGTH) ?? 0), 0);
  return { folder, name: modelName(folder), bytes, whole: (await cache.match(folder)) !== undefined };
}
