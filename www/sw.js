// The site without a network, after one visit. `precache.js`, written by the build, lists every file with a mark, the SHA-256 of its bytes. A file is kept under its address
// and mark, and only if its bytes have that hash: a host may answer with the file of an earlier build, or with a page of its own. So what lies in the cache is right, and a
// new version fetches only what changed. Files of models and texts for training are kept as they are used, or all of them when the page has nothing else to do.

/// <reference lib="webworker" />

import { engineFile, PLAIN, RELAXED } from "./engine/relaxed.js";

/** `mark`: SHA-256 in hexadecimal; `early`: kept at once, not when used. @typedef {{ file: string, mark: string, early: boolean }} Listed */

const scope = /** @type {ServiceWorkerGlobalScope & { PRECACHE: Listed[] | null }} */ (/** @type {unknown} */ (self));
scope.importScripts("precache.js");

const CACHE = "diorama-site";
/** Of the engine's two binaries, the one that this browser never asks for. */
const UNUSED = engineFile() === RELAXED ? PLAIN : RELAXED;
/** Nothing while the site is being worked on: there every visit sees the newest files. */
const files = new Map(
  (scope.PRECACHE ?? [])
    .filter(({ file }) => file !== UNUSED)
    .map((listed) => [new URL(listed.file, scope.registration.scope).href, listed]),
);

/** Files that came with other bytes than the listed ones: they are asked for once more under an address that no cache on the way knows. @type {Set<string>} */
const stale = new Set();

/** @param {string} address */
function keyOf(address) {
  return `${address}?mark=${files.get(address)?.mark}`;
}

/**
 * A file of the site, from the cache or from its host. From the host it is passed on as it arrives and kept once it is there; bytes of another build end in an error, so
 * that nobody takes them for the file.
 * @param {string} address
 */
async function serve(address) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(keyOf(address));
  if (found) return found;
  // Also past the browser's own cache, which does not know of a new build.
  const response = await fetch(stale.has(address) ? keyOf(address) : address, { cache: "no-cache" });
  if (!response.ok || !response.body) return response;
  const headers = new Headers(response.headers);
  // The body is unpacked here.
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const chunks = [];
  const checked = new TransformStream({
    transform(chunk, controller) {
      chunks.push(chunk);
      controller.enqueue(chunk);
    },
    async flush(controller) {
      const bytes = await new Blob(chunks).arrayBuffer();
      if ((await hashOf(bytes)) !== files.get(address)?.mark) {
        stale.add(address);
        return controller.error(new TypeError(`${address} came with bytes of another build.`));
      }
      stale.delete(address);
      // A full storage costs the next visit a download, nothing else.
      await cache.put(keyOf(address), new Response(bytes, { headers })).catch(() => {});
    },
  });
  return new Response(response.body.pipeThrough(checked), { headers });
}

/** @param {ArrayBuffer} bytes */
async function hashOf(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Keeps a file, at the second try past what lies between here and its host.
 * @param {string} address
 */
async function keep(address) {
  if (await (await caches.open(CACHE)).match(keyOf(address))) return;
  await keepOnce(address).catch(() => keepOnce(address));
}

/** @param {string} address */
async function keepOnce(address) {
  const response = await serve(address);
  if (!response.ok) throw new Error(`${address} is not there.`);
  await response.arrayBuffer();
}

/** A version is there when all its early files are; until then the one before serves. */
async function keepEarly() {
  for (const [address, { early }] of files) if (early) await keep(address);
}

async function keepAll() {
  for (const address of files.keys()) await keep(address).catch(() => {});
}

async function dropOld() {
  const cache = await caches.open(CACHE);
  const wanted = new Set([...files.keys()].map(keyOf));
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
  await scope.clients.claim();
}

scope.addEventListener("install", (event) => event.waitUntil(keepEarly()));
scope.addEventListener("activate", (event) => event.waitUntil(dropOld()));
scope.addEventListener("message", (event) => {
  if (event.data === "keep all") event.waitUntil(keepAll());
  // A page that has met a new build reloads into it (offline.js).
  if (event.data === "take over") event.waitUntil(scope.skipWaiting());
});
scope.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const address = url.replace(/[?#].*$/, "").replace(/\/$/, "/index.html");
  // Who asks for a part of a file takes the whole one as well, as from a host that has no parts.
  if (method === "GET" && files.has(address)) event.respondWith(serve(address));
});
