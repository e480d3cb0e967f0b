// Models from other hosts, kept in the browser's storage: one Cache for each, named after its folder. A file lies in pieces, each stored at once or not at
// all, so that a download goes on where it stopped, and half a file is never taken for a whole one. Only what has been checked is kept: JSON that parses, weights of the
// length that their table of contents announces. What turns out to be wrong is forgotten by whoever finds it.

import { modelName } from "./hub.js";

const PREFIX = "diorama model 2 ";

/** Names of earlier versions, which kept files unchecked. */
const OUTDATED = /^diorama model (?!2 )/;

/** Large enough that a model has few, small enough that little is fetched twice. // bytes */
export const PIECE = 2 * 2 ** 20;

/** What a piece says of its file, and of the download that it came with. */
const [SIZE, LENGTH, TAG, DOWNLOAD] = ["x-file-size", "content-length", "etag", "x-download"];

/** @typedef {{ folder: string, name: string, bytes: number, whole: boolean }} KeptModel */

/**
 * The browser's storage; undefined where it has none for this page (an address that is not secure, a private window, a sandboxed frame).
 * @returns {Promise<CacheStorage | undefined>}
 */
async function storage() {
  try {
    for (const name of await caches.keys()) if (OUTDATED.test(name)) await caches.delete(name);
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
 * The place of one model's files, to read and to keep. Of several tabs that load the same model one keeps it: pieces of two downloads would get into each other's way.
 * @param {string} folder its address
 * @returns {Promise<Shelf | undefined>} undefined where the browser keeps nothing
 */
export async function openShelf(folder) {
  const found = await storage();
  if (!found) return undefined;
  const release = await lock(PREFIX + folder);
  return new Shelf(await found.open(PREFIX + folder), folder, release);
}

/**
 * The same, to read only, where something is kept of the model already.
 * @param {string} folder
 */
export async function findShelf(folder) {
  const found = await storage();
  return (await found?.has(PREFIX + folder))
    ? new Shelf(await /** @type {CacheStorage} */ (found).open(PREFIX + folder), folder)
    : undefined;
}

/**
 * @param {string} name
 * @returns {Promise<(() => void) | undefined>} gives the lock back; undefined where another tab has it
 */
function lock(name) {
  const { locks } = globalThis.navigator ?? {};
  // A browser without locks is trusted to have one tab.
  if (!locks) return Promise.resolve(() => {});
  return new Promise((resolve) => {
    const held = (/** @type {Lock | null} */ lock) =>
      lock ? new Promise((release) => resolve(() => release(undefined))) : resolve(undefined);
    locks.request(name, { ifAvailable: true }, held).catch(() => resolve(() => {}));
  });
}

export class Shelf {
  #cache;
  #folder;
  #release;
  /** Files may be kept, and the storage took everything so far. */
  #takes;
  /** Addresses at which the host has no file. @type {Set<string>} */
  #lacking = new Set();

  /**
   * @param {Cache} cache
   * @param {string} folder
   * @param {() => void} [release] lets others keep the model; left out where this one only reads
   */
  constructor(cache, folder, release) {
    this.#cache = cache;
    this.#folder = folder;
    this.#release = release;
    this.#takes = release !== undefined;
  }

  /** @param {string} address */
  async file(address) {
    const file = new KeptFile(this.#cache, address, this.#release !== undefined, () => (this.#takes = false));
    await file.look();
    // Without a mark nobody can tell whether the host still has the same version: half of it is of no use.
    if (!file.whole && !file.tag && !file.absent) await file.forget();
    return file;
  }

  /**
   * The host has no such file now. That is remembered when the model has been read whole without it, for visits on which the host cannot be reached.
   * @param {string} address
   */
  lacks(address) {
    this.#lacking.add(address);
  }

  /** All files have arrived: from now on the model opens without its host. */
  async complete() {
    if (!this.#takes) return;
    try {
      for (const address of this.#lacking) await this.#cache.put(keyOf(address, 0), new Response(null, { status: 404 }));
      await this.#cache.put(this.#folder, new Response(""));
    } catch {
      // The storage is full: the model opens all the same, and is fetched again the next time.
    }
  }

  /** Nothing more will be read or kept. */
  close() {
    this.#release?.();
  }
}

/** One file in its pieces. */
export class KeptFile {
  /** The host had no such file when the model was read whole. */
  absent = false;
  /** The whole file's. // bytes @type {number | undefined} */
  size;
  /** The host's mark of this version; empty where the host shows none, and then the rest of a file cannot be had alone. */
  tag = "";
  /** Bytes kept so far. */
  length = 0;
  #cache;
  #address;
  #onFull;
  #pieces = 0;
  /** Pieces of another download are not this file's: two tabs may fetch two versions at once. */
  #download = "";
  #mayKeep;
  /** Whether there is still room. */
  #takes;

  /**
   * @param {Cache} cache
   * @param {string} address
   * @param {boolean} mayKeep
   * @param {() => void} onFull the storage refused a piece: the model will not be whole there
   */
  constructor(cache, address, mayKeep, onFull) {
    this.#cache = cache;
    this.#mayKeep = mayKeep;
    this.#takes = mayKeep;
    this.#address = address;
    this.#onFull = onFull;
  }

  get whole() {
    return this.length > 0 && this.length === this.size;
  }

  /** What is there from an earlier visit. */
  async look() {
    for (;;) {
      const piece = await this.#cache.match(this.#key(this.#pieces));
      if (!piece) return;
      if (piece.status === 404) return void (this.absent = this.#pieces === 0);
      const { headers } = piece;
      const download = headers.get(DOWNLOAD) ?? "";
      if (this.#pieces > 0 && download !== this.#download) return;
      this.#download = download;
      this.size = Number(headers.get(SIZE));
      this.tag = headers.get(TAG) ?? "";
      this.length += Number(headers.get(LENGTH));
      this.#pieces++;
    }
  }

  /** @returns {AsyncGenerator<Uint8Array, void, void>} */
  async *pieces() {
    for (let i = 0; i < this.#pieces; i++) {
      const piece = await this.#cache.match(this.#key(i));
      if (piece?.headers.get(DOWNLOAD) !== this.#download) return;
      yield new Uint8Array(await piece.arrayBuffer());
    }
  }

  /**
   * Keeps what has arrived since, in whole pieces; the last one may be shorter.
   * @param {Uint8Array} bytes the file so far
   * @param {number} size the whole file's // bytes
   */
  async grow(bytes, size) {
    this.size = size;
    while (this.#takes && (bytes.length - this.length >= PIECE || (bytes.length === size && this.length < size))) {
      if (this.#pieces === 0) this.#download = this.tag || crypto.randomUUID();
      const piece = bytes.subarray(this.length, this.length + PIECE);
      const headers = { [SIZE]: String(size), [LENGTH]: String(piece.length), [TAG]: this.tag, [DOWNLOAD]: this.#download };
      await this.#put(new Response(/** @type {BodyInit} */ (piece), { headers }));
      this.length += piece.length;
      this.#pieces++;
    }
  }

  /** What was kept is wrong, or another version has taken its place. */
  async forget() {
    // Also what look() did not count.
    if (this.#mayKeep) for (let i = 0; (await this.#cache.delete(this.#key(i))) || i < this.#pieces; i++);
    this.length = this.#pieces = 0;
    this.size = undefined;
    this.tag = "";
  }

  /** @param {Response} piece the next one */
  async #put(piece) {
    try {
      await this.#cache.put(this.#key(this.#pieces), piece);
    } catch {
      // The storage is full. The model opens all the same, and is fetched again the next time.
      this.#takes = false;
      this.#onFull();
    }
  }

  /** @param {number} piece */
  #key(piece) {
    return keyOf(this.#address, piece);
  }
}

/**
 * @param {string} address a file's
 * @param {number} piece
 */
function keyOf(address, piece) {
  return `${address}?piece=${piece}`;
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
