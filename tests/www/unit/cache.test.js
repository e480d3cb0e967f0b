// What the browser keeps of models from other hosts, with a storage in memory: whole files, halves of files, a full storage.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import test, { afterEach, beforeEach } from "node:test";
import { forgetModel, isKept, keptModels, PIECE } from "../../../www/checkpoint/cache.js";
import { readModel, surveyModel } from "../../../www/checkpoint/files.js";
import { safetensors, says } from "./checkpoint.js";

/** Three pieces, the last one short. */
const WEIGHTS = safetensors({ a: { dtype: "F16", shape: [1000, 1100] }, b: { dtype: "F32", shape: [600_000] } }).map((byte, i) => (i < 400 ? byte : i % 251));

/** A browser's storage: what is put is there at once or, when it is full, refused. */
class Storage {
  /** @type {Map<string, Map<string, Response>>} */
  caches = new Map();
  room = Infinity; // bytes

  async keys() {
    return [...this.caches.keys()];
  }

  /** @param {string} name */
  async has(name) {
    return this.caches.has(name);
  }

  /** @param {string} name */
  async open(name) {
    const entries = this.caches.get(name) ?? new Map();
    this.caches.set(name, entries);
    return {
      match: async (/** @type {string} */ key) => entries.get(key)?.clone(),
      matchAll: async () => [...entries.values()],
      delete: async (/** @type {string} */ key) => entries.delete(key),
      put: async (/** @type {string} */ key, /** @type {Response} */ response) => {
        this.room -= (await response.clone().arrayBuffer()).byteLength;
        if (this.room < 0) throw new DOMException("full", "QuotaExceededError");
        entries.set(key, response);
      },
    };
  }

  /** @param {string} key @param {{ cacheName: string }} where */
  async match(key, { cacheName }) {
    return this.caches.get(cacheName)?.get(key);
  }

  /** @param {string} name */
  async delete(name) {
    return this.caches.delete(name);
  }
}

/** @type {Storage} */
let storage;
/** @type {{ url: string, asked: string[], breakAt: number, tag: string, ranges: boolean, close: () => void }} */
let host;

beforeEach(async () => {
  storage = new Storage();
  Object.assign(globalThis, { caches: storage });
  host = await serve();
});

afterEach(() => {
  host.close();
  Object.assign(globalThis, { caches: undefined });
});

async function serve() {
  const state = { url: "", asked: /** @type {string[]} */ ([]), breakAt: 0, tag: '"one"', ranges: true, close: () => {} };
  const contents = new Map(Object.entries({ "config.json": Buffer.from('{"model_type":"gpt2"}'), "model.safetensors": Buffer.from(WEIGHTS) }));
  const server = createServer((request, response) => {
    const name = (request.url ?? "").split("/").at(-1) ?? "";
    state.asked.push(`${name}${request.headers.range ? ` ${request.headers.range}` : ""}`);
    const bytes = contents.get(name);
    if (!bytes) return void response.writeHead(404).end();
    const range = state.ranges ? request.headers.range?.match(/bytes=(\d+)-(\d*)/) : undefined;
    const [from, to] = range ? [Number(range[1]), range[2] ? Number(range[2]) + 1 : bytes.length] : [0, bytes.length];
    const part = bytes.subarray(from, to);
    response.writeHead(range ? 206 : 200, { etag: state.tag, "content-length": part.length, ...(range ? { "content-range": `bytes ${from}-${from + part.length - 1}/${bytes.length}` } : {}) });
    if (!state.breakAt || part.length < state.breakAt) return void response.end(part);
    response.write(part.subarray(0, state.breakAt), () => setTimeout(() => response.destroy(), 50));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  state.url = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/o/n/resolve/main/`;
  state.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return state;
}

const read = () => readModel({ url: host.url }, () => {});

test("a model that was read once is read again without its host, its absent files too", async () => {
  await read();
  assert.equal(await isKept(host.url), true);
  assert.deepEqual((await keptModels()).map(({ name, whole }) => ({ name, whole })), [{ name: "o/n", whole: true }]);
  assert.equal((await keptModels())[0].bytes, WEIGHTS.length + 21);
  host.close();
  host.asked.length = 0;
  const { weights, tokenizer } = await read();
  assert.deepEqual(weights, [WEIGHTS]);
  assert.equal(tokenizer, undefined);
  assert.deepEqual(host.asked, []);
  await forgetModel(host.url);
  assert.deepEqual(await keptModels(), []);
  await assert.rejects(read(), says(/could not be fetched/));
});

test("half a file is never taken for a whole one, and only its rest is fetched", async () => {
  host.breakAt = 1.5 * PIECE;
  await assert.rejects(read(), says(/model\.safetensors stopped arriving after \d\.\d MB: check the connection/));
  assert.equal(await isKept(host.url), false);
  assert.deepEqual((await keptModels()).map(({ whole }) => whole), [false]);
  host.breakAt = 0;
  host.asked.length = 0;
  assert.deepEqual((await read()).weights, [WEIGHTS]);
  assert.deepEqual(host.asked, ["tokenizer.json", "tokenizer_config.json"].filter((name) => host.asked.includes(name)).concat(`model.safetensors bytes=${PIECE}-`));
  assert.equal(await isKept(host.url), true);
});

test("another version, or a host without ranges, is fetched from the start", async () => {
  for (const change of [{ tag: '"two"' }, { ranges: false }]) {
    await forgetModel(host.url);
    Object.assign(host, { breakAt: 1.5 * PIECE, tag: '"one"', ranges: true });
    await assert.rejects(read(), says(/stopped arriving/));
    Object.assign(host, { breakAt: 0, ...change });
    assert.deepEqual((await read()).weights, [WEIGHTS]);
    host.asked.length = 0;
    assert.deepEqual((await read()).weights, [WEIGHTS], "kept in its new version");
    assert.deepEqual(host.asked, []);
  }
});

test("a full storage does not keep a model from opening", async () => {
  storage.room = 1.5 * PIECE;
  assert.deepEqual((await read()).weights, [WEIGHTS]);
  assert.equal(await isKept(host.url), false);
});

test("looking at a model keeps nothing", async () => {
  assert.equal((await surveyModel({ url: host.url })).parameters, 1_700_000);
  assert.deepEqual(await keptModels(), []);
});
