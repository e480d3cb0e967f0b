// The site without a network, after one visit. `precache.js`, written by the build, lists every file with a mark of its content; a file is kept under its address
// and mark, so that a new version fetches only what changed. Files of models are kept as they are used, or all of them when the page has nothing else to do.

/// <reference lib="webworker" />

/** @typedef {{ file: string, mark: string, early: boolean }} Kept `early`: kept at once, not when used */

const scope = /** @type {ServiceWorkerGlobalScope & { PRECACHE: Kept[] | null }} */ (/** @type {unknown} */ (self));
scope.importScripts("precache.js");

const CACHE = "diorama-site";
/** Nothing while the site is being worked on: there every visit sees the newest files. */
const files = new Map((scope.PRECACHE ?? []).map((kept) => [new URL(kept.file, scope.registration.scope).href, kept]));

/** @param {string} address */
function keyOf(address) {
  return `${address}?mark=${files.get(address)?.mark}`;
}

/**
 * A file of the site, from the cache or into it.
 * @param {string} address
 */
async function kept(address) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(keyOf(address));
  if (found) return found;
  const response = await fetch(address);
  // A full storage costs the next visit a download, nothing else.
  if (response.ok) await cache.put(keyOf(address), response.clone()).catch(() => {});
  return response;
}

async function keepEarly() {
  for (const [address, { early }] of files) if (early && !(await kept(address)).ok) throw new Error(`${address} is not there.`);
}

async function keepAll() {
  for (const address of files.keys()) await kept(address);
}

async function dropOld() {
  const cache = await caches.open(CACHE);
  const wanted = new Set([...files.keys()].map(keyOf));
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
  await scope.clients.claim();
}

scope.addEventListener("install", (event) => event.waitUntil(keepEarly()));
scope.addEventListener("activate", (event) => event.waitUntil(dropOld()));
scope.addEventListener("message", (event) => event.data === "keep all" && event.waitUntil(keepAll().catch(() => {})));
scope.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const address = url.replace(/[?#].*$/, "").replace(/\/$/, "/index.html");
  // Who asks for a part of a file takes the whole one as well, as from a host that has no parts.
  if (method === "GET" && files.has(address)) event.respondWith(kept(address));
});
