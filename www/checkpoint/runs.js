// Models that were trained in this browser, kept in its storage: one Cache for each, with the files of its folder. Beyond a number of them the oldest is let go.

import { Trouble } from "../trouble.js";

/** Begins the address of such a model; its name follows. Elsewhere such an address says that a link holds no files. */
export const FROM_RUN = "run:";

const PREFIX = "diorama run ";
const MOST = 12;
const LENGTH = "content-length";

/**
 * @param {string} name what it was trained on
 * @param {File[]} files
 * @returns {Promise<string>} its address
 */
export async function keepRun(name, files) {
  try {
    const full = `${name} ${new Date().toISOString().slice(0, 19).replace("T", " ")}`;
    const cache = await caches.open(PREFIX + full);
    for (const file of files) await cache.put(at(file.name), new Response(file, { headers: { [LENGTH]: String(file.size) } }));
    const names = (await caches.keys()).filter((one) => one.startsWith(PREFIX));
    for (const old of names.slice(0, Math.max(0, names.length - MOST))) await caches.delete(old);
    return FROM_RUN + full;
  } catch {
    throw new Trouble("trouble.unkept");
  }
}

/**
 * @param {string} address as `keepRun` gave it
 * @returns {Promise<File[]>}
 */
export async function runFiles(address) {
  const name = PREFIX + address.slice(FROM_RUN.length);
  const cache = (await exists(name)) ? await caches.open(name) : undefined;
  if (!cache) throw new Trouble("trouble.run");
  const requests = await cache.keys();
  return Promise.all(
    requests.map(async (request) => {
      const response = /** @type {Response} */ (await cache.match(request));
      return new File([await response.blob()], decodeURIComponent(new URL(request.url).pathname.split("/").at(-1) ?? ""));
    }),
  );
}

/** @returns {Promise<import("./cache.js").KeptModel[]>} the newest first */
export async function keptRuns() {
  const names = (await list()).filter((name) => name.startsWith(PREFIX)).reverse();
  return Promise.all(
    names.map(async (cacheName) => {
      const name = cacheName.slice(PREFIX.length);
      const files = await (await caches.open(cacheName)).matchAll();
      const bytes = files.reduce((sum, { headers }) => sum + Number(headers.get(LENGTH) ?? 0), 0);
      return { folder: FROM_RUN + name, name, bytes, whole: true };
    }),
  );
}

/** @param {string} address */
export async function forgetRun(address) {
  await caches.delete(PREFIX + address.slice(FROM_RUN.length));
}

/** Where the browser has no storage for this page, there are none. */
async function list() {
  try {
    return await caches.keys();
  } catch {
    return [];
  }
}

/** @param {string} name */
async function exists(name) {
  return (await list()).includes(name);
}

/** @param {string} file */
function at(file) {
  return new URL(`runs/${encodeURIComponent(file)}`, document.baseURI).href;
}
