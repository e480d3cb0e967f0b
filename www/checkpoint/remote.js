// A model's folder at an address. Of what another host sends, the browser keeps what has been checked.

import { modelName } from "./hub.js";
import { inWords } from "./memory.js";
import { Trouble } from "../trouble.js";
import { chunks, Incoming, patiently } from "./waiting.js";

/** @typedef {import("./cache.js").KeptFile} KeptFile */
/** @typedef {import("./cache.js").Shelf} Shelf */
/** @typedef {import("./folder.js").Folder} Folder */
/** @typedef {import("./folder.js").Entry} Entry */
/** @typedef {import("./folder.js").Opened} Opened */
/** @typedef {import("./folder.js").Peeked} Peeked */

/** What a host answers where it has no such file. */
const ABSENT = [404, 410];

/** What a host answers where a file does not have the bytes that were asked for: an empty one has no first byte. */
const NO_SUCH_BYTES = 416;

/** So long the host of a model that is there is asked for a file that it did not have. // ms */
const GLANCE = 3000;

/** @implements {Folder} */
export class RemoteFolder {
  name;
  #base;
  #shelf;
  #signal;
  /** Files in whose place the host sent a web page. @type {Set<string>} */
  #pages = new Set();

  /**
   * @param {URL} base
   * @param {Shelf | undefined} shelf
   * @param {AbortSignal} [signal]
   */
  constructor(base, shelf, signal) {
    this.name = modelName(base.href);
    this.#base = base;
    this.#shelf = shelf;
    this.#signal = signal;
  }

  /**
   * @param {string} url absolute
   * @param {import("./folder.js").Shelves} shelves
   * @param {AbortSignal} [signal]
   */
  static async open(url, shelves, signal) {
    const base = folderOf(url);
    // What lies beside the page is kept by the browser itself.
    return new RemoteFolder(base, liesBeside(base) ? undefined : await shelves(base.href), signal);
  }

  /** @param {string} file */
  missing(file) {
    return this.#pages.has(file) ? this.page(file) : new Trouble("trouble.missing", { file, place: this.#base.href });
  }

  /** @param {string} file */
  page(file) {
    return new Trouble("trouble.page", { file, place: this.#base.href });
  }

  async complete() {
    await this.#shelf?.complete();
  }

  close() {
    this.#shelf?.close();
  }

  /** @param {string} file */
  async has(file) {
    return (await this.#ask(file, { method: "HEAD" })) !== undefined;
  }

  /**
   * @param {string} name
   * @returns {Promise<Entry | undefined>}
   */
  async find(name) {
    const kept = await this.#kept(name);
    if (kept && kept.length > 0) return { name, kept, open: (from) => this.#resume(name, from, kept) };
    const response = await this.#askUnless(name, kept);
    if (!response) return void this.#shelf?.lacks(this.#addressOf(name));
    return { name, kept, open: async () => this.#opened(name, response, kept) };
  }

  /**
   * @param {string} name
   * @param {number} count // bytes
   * @param {boolean} [whole]
   * @returns {Promise<Peeked | undefined>}
   */
  async peek(name, count, whole = false) {
    const kept = await this.#kept(name);
    if (kept && kept.length > 0) {
      const more = async (/** @type {number} */ count) => new Incoming(kept.pieces()).first(count);
      const start = await more(count);
      if (start.length === Math.min(count, kept.length)) return { size: kept.size, start, more };
      // A piece is gone: the file is asked for anew.
      await kept.forget();
    }
    const response = await this.#askUnless(name, kept, whole ? {} : { headers: { Range: `bytes=0-${count - 1}` } });
    if (!response) return void this.#shelf?.lacks(this.#addressOf(name));
    const opened = this.#opened(name, response, kept);
    const incoming = new Incoming(opened.coming);
    const start = await incoming.first(count);
    const entry = { name, kept, open: async () => ({ from: 0, coming: incoming.all() }) };
    if (whole) return { size: undefined, start, more: (count) => incoming.first(count), entry };
    await incoming.close();
    const more = async (/** @type {number} */ count) => (await this.peek(name, count))?.start ?? new Uint8Array();
    return { size: totalOf(response), start, more };
  }

  /** @param {string} name */
  #addressOf(name) {
    return new URL(name, this.#base).href;
  }

  /** @param {string} name */
  async #kept(name) {
    return this.#shelf?.file(this.#addressOf(name));
  }

  /**
   * The host's answer; undefined where it has no such file. A host without 404 sends a page in its place.
   * @param {string} file
   * @param {RequestInit} [how]
   * @returns {Promise<Response | undefined>}
   */
  async #ask(file, how) {
    const place = this.#base.href;
    // An index may name any file: one outside of the folder is another place, which nobody has agreed to.
    if (!this.#addressOf(file).startsWith(place)) throw new Trouble("trouble.outside", { file, place });
    const signal = this.#signal;
    const unreachable = () => new Trouble("trouble.unreachable", { file, place });
    // What is kept here is not kept a second time by the browser, which may put versions together by a weaker mark than ours.
    const cache = this.#shelf ? "no-store" : "default";
    const response = await patiently(fetch(this.#addressOf(file), { ...how, signal, cache }), unreachable).catch((error) => {
      throw signal?.aborted ? signal.reason : error instanceof Trouble ? error : unreachable();
    });
    const { status } = response;
    if (response.ok && !isPage(response)) return response;
    response.body?.cancel().catch(() => {});
    if (response.ok) return void this.#pages.add(file);
    if (status === NO_SUCH_BYTES) return new Response();
    if (!ABSENT.includes(status))
      throw new Trouble([401, 403].includes(status) ? "trouble.private" : "trouble.status", { file, place, status });
  }

  /**
   * The same. What a model that has been loaded whole did not have counts as absent where its host cannot be reached now.
   * @param {string} file
   * @param {KeptFile | undefined} kept
   * @param {RequestInit} [how]
   */
  async #askUnless(file, kept, how) {
    if (!kept?.absent) return this.#ask(file, how);
    const late = () => new Trouble("trouble.unreachable", { file, place: this.#base.href });
    try {
      return await patiently(this.#ask(file, how), late, GLANCE);
    } catch (error) {
      if (error instanceof Trouble && error.key === "trouble.unreachable") return undefined;
      throw error;
    }
  }

  /**
   * @param {string} file
   * @param {Response} response
   * @param {KeptFile | undefined} kept
   * @param {number} [from]
   * @returns {Opened}
   */
  #opened(file, response, kept, from = 0) {
    let received = from;
    const broken = () =>
      this.#signal?.aborted ? this.#signal.reason : new Trouble("trouble.stopped", { file, received: inWords(received) });
    const counted = async function* () {
      for await (const chunk of chunks(bodyOf(response), broken)) {
        received += chunk.length;
        yield chunk;
      }
    };
    if (kept && from === 0) kept.tag = tagOf(response);
    return { from, coming: counted() };
  }

  /**
   * The rest of a file; the whole of it where the host cannot give parts, has another version by now, or does not let us see which version it has. The version is told by
   * the strong ETag of the very answer: `If-Range` says no more, and would make the browser ask another host for leave first.
   * @param {string} file
   * @param {number} from
   * @param {KeptFile} kept
   */
  async #resume(file, from, kept) {
    const part = kept.tag && from > 0 ? await this.#ask(file, { headers: { Range: `bytes=${from}-` } }) : undefined;
    if (part?.status === 206 && tagOf(part) === kept.tag && startOf(part, kept.size) === from)
      return this.#opened(file, part, kept, from);
    part?.body?.cancel().catch(() => {});
    await kept.forget();
    const whole = await this.#ask(file);
    if (!whole) throw this.missing(file);
    return this.#opened(file, whole, kept);
  }
}

/**
 * The address of a model's folder.
 * @param {string} url absolute
 */
export function folderOf(url) {
  return new URL(url.endsWith("/") ? url : `${url}/`);
}

/** @param {URL} folder */
function liesBeside(folder) {
  return folder.origin === globalThis.location?.origin;
}

/** @param {Response} response */
function bodyOf(response) {
  return response.body ?? /** @type {ReadableStream<Uint8Array>} */ (new Blob([]).stream());
}

/** @param {Response} response */
function isPage({ headers }) {
  return /^(text\/html|application\/xhtml\+xml)\b/i.test(headers.get("content-type") ?? "");
}

/**
 * The host's mark of this version of a file, where it shows one that stands for its very bytes.
 * @param {Response} response
 */
function tagOf({ headers }) {
  const tag = headers.get("etag") ?? "";
  return tag.startsWith('"') ? tag : "";
}

/**
 * The whole file's size, from the answer to a range.
 * @param {Response} response
 */
function totalOf({ status, headers }) {
  const total = headers.get("content-range")?.match(/\/(\d+)$/)?.[1];
  return status === 206 && total !== undefined ? Number(total) : undefined;
}

/**
 * Where the answer to a range begins; by its length, where the host hides the header that says it.
 * @param {Response} response
 * @param {number | undefined} size the whole file's
 */
function startOf({ headers }, size) {
  const range = headers.get("content-range")?.match(/^bytes (\d+)-(\d+)\/(\d+)$/);
  if (range) return Number(range[3]) === size ? Number(range[1]) : undefined;
  const length = headers.get("content-length");
  return size !== undefined && length !== null ? size - Number(length) : undefined;
}
