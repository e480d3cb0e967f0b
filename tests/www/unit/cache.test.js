// What the browser keeps of models from other hosts, with a storage in memory: whole files, halves of files, a full storage.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import test, { afterEach, beforeEach } from "node:test";
import { forgetModel, isKept, keptModels, PIECE } from "../../../www/checkpoint/cache.js";
import { readModel, surveyModel } from "../../../www/checkpoint/files.js";
import { safetensors, says } from "./checkpoint.js";

/** What the host does not have: asked for on every visit. */
const ABSENT = ["tokenizer.json", "tokenizer_config.json", "generation_config.json"];

/** Three pieces, the last one short. */
const WEIGHTS = safetensors({ a: { dtype: "F16", shape: [1000, 1100] }, b: { dtype: "F32", shape: [600_000] } }).map((byte, i) =>
  i < 400 ? byte : i % 251,
);

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
/** `shift`: the answer to a range begins so many bytes later. @type {{ url: string, asked: string[], contents: Map<string, Buffer>, breakAt: number, tag: string | undefined, ranges: boolean, shift: number, close: () => void }} */
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
  const contents = new Map(
    Object.entries({ "config.json": Buffer.from('{"model_type":"gpt2"}'), "model.safetensors": Buffer.from(WEIGHTS) }),
  );
  /** @type {typeof host} */
  const state = { url: "", asked: [], contents, breakAt: 0, tag: '"one"', ranges: true, shift: 0, close: () => {} };
  const server = createServer((request, response) => {
    const name = (request.url ?? "").split("/").at(-1) ?? "";
    state.asked.push(`${name}${request.headers.range ? ` ${request.headers.range}` : ""}`);
    const bytes = contents.get(name);
    if (!bytes) return void response.writeHead(404).end();
    const range = state.ranges ? request.headers.range?.match(/bytes=(\d+)-(\d*)/) : undefined;
    const [from, to] = range
      ? [Number(range[1]) + (Number(range[1]) && state.shift), range[2] ? Number(range[2]) + 1 : bytes.length]
      : [0, bytes.length];
    const part = bytes.subarray(from, to);
    response.writeHead(range ? 206 : 200, {
      ...(state.tag ? { etag: state.tag } : {}),
      "content-length": part.length,
      ...(range ? { "content-range": `bytes ${from}-${from + part.length - 1}/${bytes.length}` } : {}),
    });
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
  assert.deepEqual(
    (await keptModels()).map(({ name, whole }) => ({ name, whole })),
    [{ name: "o/n", whole: true }],
  );
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
  assert.deepEqual(
    (await keptModels()).map(({ whole }) => whole),
    [false],
  );
  host.breakAt = 0;
  host.asked.length = 0;
  assert.deepEqual((await read()).weights, [WEIGHTS]);
  assert.deepEqual(
    host.asked.filter((line) => !ABSENT.includes(line)),
    [`model.safetensors bytes=${PIECE}-`],
  );
  assert.equal(await isKept(host.url), true);
});

test("another version, a host without ranges or one that shows no strong mark of its version is fetched from the start", async () => {
  for (const change of [{ tag: '"two"' }, { ranges: false }, { tag: undefined }, { tag: 'W/"one"' }, { shift: 1 }]) {
    await forgetModel(host.url);
    Object.assign(host, {
      breakAt: 1.5 * PIECE,
      tag: "tag" in change && change.tag !== '"two"' ? change.tag : '"one"',
      ranges: true,
      shift: 0,
    });
    await assert.rejects(read(), says(/stopped arriving/));
    Object.assign(host, { breakAt: 0, ...change });
    assert.deepEqual((await read()).weights, [WEIGHTS]);
    host.asked.length = 0;
    assert.deepEqual((await read()).weights, [WEIGHTS], "kept in its new version");
    assert.deepEqual(
      host.asked.filter((line) => !ABSENT.includes(line)),
      [],
    );
  }
});

test("two versions of the same length are never put together, where the host shows no mark", async () => {
  Object.assign(host, { breakAt: 1.5 * PIECE, tag: undefined });
  await assert.rejects(read(), says(/stopped arriving/));
  const two = WEIGHTS.map((byte, i) => (i < 400 ? byte : byte ^ 1));
  host.contents.set("model.safetensors", Buffer.from(two));
  host.breakAt = 0;
  assert.deepEqual((await read()).weights, [two]);
  assert.deepEqual((await read()).weights, [two], "kept");
});

test("what is wrong is not kept: weights of another length, a page in the place of JSON, a file that is not there yet", async () => {
  /** @type {[string, string | Uint8Array | undefined, RegExp][]} */
  const faults = [
    ["model.safetensors", WEIGHTS.subarray(0, 1.5 * PIECE), /came with [\d,]+ bytes where [\d,]+ were announced/],
    ["model.safetensors", Buffer.concat([WEIGHTS, Buffer.alloc(5000)]), /came with [\d,]+ bytes where [\d,]+ were announced/],
    ["model.safetensors", undefined, /was not found/],
    ["config.json", "<!doctype html><title>Sign in</title>", /answered with a web page instead of config\.json/],
    ["config.json", '{"model_type":"gp', /does not hold a JSON object/],
    ["config.json", '{"error":"try again later"}', /names no model_type/],
    ["config.json", '{"model_type":"mamba"}', /"?mamba"? is not built in/],
    [
      "config.json",
      '{"model_type":"gpt2","architectures":["GPT2ForTokenClassification"]}',
      /GPT2ForTokenClassification is not built in/,
    ],
    ["config.json", undefined, /was not found/],
  ];
  for (const [name, wrong, why] of faults) {
    const right = /** @type {Buffer} */ (host.contents.get(name));
    if (wrong === undefined) host.contents.delete(name);
    else host.contents.set(name, Buffer.from(/** @type {any} */ (wrong)));
    await assert.rejects(read(), says(why));
    assert.equal(await isKept(host.url), false);
    host.contents.set(name, right);
    assert.deepEqual((await read()).weights, [WEIGHTS], `${name} is well again`);
    await forgetModel(host.url);
  }
});

test("an index that names no file is not kept", async () => {
  const index = "model.safetensors.index.json";
  host.contents.delete("model.safetensors");
  host.contents.set(index, Buffer.from('{"error":"try again later"}'));
  await assert.rejects(read(), says(/names no file/));
  host.contents.set(index, Buffer.from('{"weight_map":{"a":"one.safetensors","b":"one.safetensors"}}'));
  host.contents.set("one.safetensors", Buffer.from(WEIGHTS));
  assert.deepEqual((await read()).weights, [WEIGHTS]);
});

test("an absent file is asked for again, and counts as absent where the host cannot be reached", async () => {
  assert.equal((await read()).tokenizer, undefined);
  host.contents.set("tokenizer.json", Buffer.from("{}"));
  assert.deepEqual((await read()).tokenizer, {});
  host.close();
  assert.deepEqual((await read()).tokenizer, {});
});

test("caches of versions that did not check what they kept are dropped", async () => {
  await storage.open(`diorama model ${host.url}`);
  await read();
  assert.deepEqual(
    (await storage.keys()).filter((name) => name.startsWith("diorama model http")),
    [],
  );
});

test("a piece of another download does not count", async () => {
  await read();
  const cache = [...storage.caches.values()][0];
  const key = `${host.url}model.safetensors?piece=1`;
  const piece = /** @type {Response} */ (cache.get(key));
  const headers = new Headers(piece.headers);
  headers.set("x-download", "another");
  cache.set(key, new Response(await piece.clone().arrayBuffer(), { headers }));
  host.asked.length = 0;
  assert.deepEqual((await read()).weights, [WEIGHTS]);
  assert.deepEqual(
    host.asked.filter((line) => !ABSENT.includes(line)),
    [`model.safetensors bytes=${PIECE}-`],
  );
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
