import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { readModel, surveyModel } from "../../../www/checkpoint/files.js";
import { openFolder } from "../../../www/checkpoint/folder.js";
import { readWeights } from "../../../www/checkpoint/transfer.js";
import { chunks } from "../../../www/checkpoint/waiting.js";
import { chosen, safetensors, says } from "./checkpoint.js";
import { served } from "./serving.js";

const CONFIG = '{"model_type":"t5"}';
const WEIGHTS = safetensors({
  a: { dtype: "F16", shape: [3, 5] },
  b: { dtype: "F32", shape: [7] },
  position_ids: { dtype: "I64", shape: [1, 9] },
  mask: { dtype: "F32", shape: [1, 1, 4, 4] },
});
/** @type {Record<string, string | Uint8Array>} */
const WHOLE = { "config.json": CONFIG, "model.safetensors": WEIGHTS, "tokenizer.json": '{"model":{}}' };
const { "config.json": _, ...NO_CONFIG } = WHOLE;
const { "model.safetensors": __, ...NO_WEIGHTS } = WHOLE;

test("a folder of files is read whole", async () => {
  const model = await readModel(chosen(WHOLE), () => {});
  assert.equal(model.config, CONFIG);
  assert.deepEqual(model.tokenizer, { model: {} });
  assert.equal(model.tokenizerConfig, undefined);
  assert.deepEqual(model.weights, [WEIGHTS]);
});

test("a model that writes may say in a file of its own how its texts begin and end; no other is asked for it", async () => {
  const generation = '{"eos_token_id":[1,7]}';
  const all = { ...WHOLE, "generation_config.json": generation };
  assert.equal((await readModel(chosen(all), () => {})).generationConfig, generation);
  assert.equal((await readModel(chosen(WHOLE), () => {})).generationConfig, undefined);
  await served(all, async (url) => assert.equal((await readModel({ url }, () => {})).generationConfig, generation));
  await served({ ...all, "config.json": '{"model_type":"bert"}' }, async (url, asked) => {
    assert.equal((await readModel({ url }, () => {})).generationConfig, undefined);
    assert.ok(!asked.includes("GET generation_config.json"), asked.join());
  });
});

test("an address is read whole, with progress up to 1, in bytes too, and the folder's name", () =>
  served(WHOLE, async (url) => {
    /** @type {number[]} */
    const fractions = [];
    const model = await readModel({ url }, (stage, fraction, bytes) => {
      assert.equal(stage, "download");
      assert.deepEqual(bytes, { received: Math.round(fraction * WEIGHTS.length), total: WEIGHTS.length });
      fractions.push(fraction);
    });
    assert.equal(model.name, "small");
    assert.equal(fractions.at(-1), 1);
    assert.deepEqual(
      fractions,
      [...fractions].sort((a, b) => a - b),
    );
    assert.deepEqual(model.weights, [WEIGHTS]);
  }));

test("what a model is and takes is known from its first bytes: masks and whole numbers are no parameters", () =>
  served(
    { ...NO_WEIGHTS, "model.safetensors": WEIGHTS, "config.json": '{"model_type":"bert","architectures":["BertForMaskedLM"]}' },
    async (url, asked) => {
      const { name, architecture, parameters, bytes, tokenizer } = await surveyModel({ url });
      assert.deepEqual(
        { name, architecture, parameters, bytes, tokenizer },
        { name: "small", architecture: "BertForMaskedLM", parameters: 22, bytes: WEIGHTS.length, tokenizer: ["tokenizer.json"] },
      );
      assert.deepEqual(asked, ["GET config.json", "GET model.safetensors bytes=0-65535", "HEAD tokenizer.json"]);
    },
  ));

test("a host that does not tell a file's size, and one without ranges, serve as well", async () => {
  const bare = createServer((request, response) => {
    const found = WHOLE[(request.url ?? "").split("/").at(-1) ?? ""];
    if (!found) return void response.writeHead(404).end();
    response.writeHead(200);
    for (const part of [found.slice(0, 11), found.slice(11)]) response.write(part);
    response.end();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => bare.once("listening", resolve));
  const { port } = /** @type {import("node:net").AddressInfo} */ (bare.address());
  assert.deepEqual((await readModel({ url: `http://127.0.0.1:${port}/m` }, () => {})).weights, [WEIGHTS]);
  bare.closeAllConnections();
  bare.close();
});

test("an older tokenizer is named", async () => {
  const { "tokenizer.json": _, ...rest } = WHOLE;
  assert.deepEqual((await surveyModel(chosen({ ...rest, "vocab.json": "{}", "merges.txt": "" }))).tokenizer, [
    "vocab.json",
    "merges.txt",
  ]);
  assert.deepEqual((await surveyModel(chosen(rest))).tokenizer, []);
});

test("a model that the engine does not run is refused before its weights are asked for", async () => {
  const refused = async (/** @type {object} */ config, /** @type {RegExp} */ why) =>
    served({ ...WHOLE, "config.json": JSON.stringify(config) }, async (url, asked) => {
      await assert.rejects(
        readModel({ url }, () => {}),
        says(why),
      );
      assert.ok(!asked.some((line) => line.includes("safetensors")), asked.join());
    });
  await refused({ model_type: "mamba" }, /model_type "mamba" is not built in; this page runs bert, /);
  await refused(
    { model_type: "bert", architectures: ["BertForQuestionAnswering"] },
    /BertForQuestionAnswering is not built in; of this family, BertModel, /,
  );
  await refused({}, /names no model_type/);
});

test("weights in several files come in the order of their names", async () => {
  const [one, two] = [safetensors({ a: { dtype: "F32", shape: [1] } }), safetensors({ b: { dtype: "F32", shape: [2] } })];
  const index = JSON.stringify({ weight_map: { b: "model-2.safetensors", a: "model-1.safetensors", c: "model-1.safetensors" } });
  const parts = {
    "config.json": CONFIG,
    "model.safetensors.index.json": index,
    "model-1.safetensors": one,
    "model-2.safetensors": two,
  };
  assert.deepEqual((await readModel(chosen(parts), () => {})).weights, [one, two]);
  const { "model-2.safetensors": _, ...lacking } = parts;
  await assert.rejects(
    readModel(chosen(lacking), () => {}),
    says(/^Error: model-2\.safetensors is missing, which model\.safetensors\.index\.json names/),
  );
});

test("of several models in a folder, the one at the top is taken", async () => {
  const file = (/** @type {string} */ path, /** @type {any} */ content) =>
    Object.defineProperty(new File([content], path.split("/").at(-1) ?? ""), "webkitRelativePath", { value: path });
  const model = await readModel(
    { files: [file("bert/onnx/config.json", "{}"), file("bert/config.json", CONFIG), file("bert/model.safetensors", WEIGHTS)] },
    () => {},
  );
  assert.deepEqual([model.name, model.config], ["bert", CONFIG]);
});

test("what is missing or broken is named in one sentence", async () => {
  await assert.rejects(
    readModel(chosen(NO_CONFIG), () => {}),
    says(/^Error: config\.json is not among the chosen files: .*\.$/),
  );
  await assert.rejects(
    readModel(chosen(NO_WEIGHTS), () => {}),
    says(/^Error: model\.safetensors is not among the chosen files/),
  );
  await assert.rejects(
    readModel(chosen({ ...NO_WEIGHTS, "pytorch_model.bin": "PK" }), () => {}),
    says(/has pytorch_model\.bin but no model\.safetensors/),
  );
  await assert.rejects(
    readModel(chosen({ "model-q4.gguf": "GGUF" }), () => {}),
    says(/has model-q4\.gguf but no model\.safetensors/),
  );
  await assert.rejects(
    readModel(chosen({ ...WHOLE, "config.json": "<!doctype html>" }), () => {}),
    says(/config\.json does not hold a JSON object/),
  );
  await assert.rejects(
    readModel(chosen({ ...WHOLE, "tokenizer.json": "[" }), () => {}),
    says(/tokenizer\.json does not hold a JSON object/),
  );
  await assert.rejects(
    readModel(chosen({ ...NO_WEIGHTS, "model.safetensors.index.json": "{}" }), () => {}),
    says(/names no files/),
  );
  await assert.rejects(
    readModel(chosen({ ...WHOLE, "model.safetensors": WEIGHTS.subarray(0, -1) }), () => {}),
    says(/model\.safetensors \(\d+ bytes\) is truncated or not a safetensors file/),
  );
  await assert.rejects(
    readModel(chosen({ ...WHOLE, "model.safetensors": "0123456789" }), () => {}),
    says(/truncated or not a safetensors file/),
  );
  await assert.rejects(
    readModel(chosen({ ...WHOLE, "model.safetensors": "" }), () => {}),
    says(/truncated or not a safetensors file/),
  );
  await assert.rejects(
    readModel(chosen({ ...WHOLE, "model.safetensors": gzipSync(WEIGHTS) }), () => {}),
    says(/model\.safetensors comes packed by gzip/),
  );
  await served(NO_CONFIG, (url) =>
    assert.rejects(
      readModel({ url }, () => {}),
      says(/^Error: config\.json was not found at http:.*\/models\/small\/: /),
    ),
  );
  await served({ ...WHOLE, "model.safetensors": 503 }, (url) =>
    assert.rejects(
      readModel({ url }, () => {}),
      says(/model\.safetensors could not be fetched from .*: the server answered 503\.$/),
    ),
  );
  await served({ ...WHOLE, "config.json": 401 }, (url) =>
    assert.rejects(
      readModel({ url }, () => {}),
      says(/answered 401: there is no such model, or it is not public/),
    ),
  );
  await assert.rejects(
    readModel({ url: "http://127.0.0.1:9/none/" }, () => {}),
    says(/could not be fetched from .*: check the address/),
  );
});

test("a model that does not fit is refused before it is read, with both numbers", async () => {
  const table = { w: { dtype: "F16", shape: [1_000_000, 1000], data_offsets: [0, 2e9] } };
  const header = new TextEncoder().encode(JSON.stringify(table));
  const start = new Uint8Array(8 + header.length);
  new DataView(start.buffer).setBigUint64(0, BigInt(header.length), true);
  start.set(header, 8);
  const huge = {
    name: "model.safetensors",
    size: start.length + 2e9,
    slice: (/** @type {number} */ from, /** @type {number} */ to) => new Blob([start]).slice(from, to),
    stream: () => assert.fail("it was read"),
  };
  await assert.rejects(
    readModel({ files: [new File([CONFIG], "config.json"), /** @type {any} */ (huge)] }, () => {}),
    says(/1,000,000,000 parameters need 16.1 GB of memory, and 4\.3 GB are available/),
  );
});

test("an aborted reading ends with the signal's reason", () =>
  served(WHOLE, async (url, asked) => {
    await assert.rejects(
      readModel({ url }, () => {}, AbortSignal.abort()),
      { name: "AbortError" },
    );
    assert.deepEqual(asked, []);
  }));

test("a connection that falls silent counts as broken, and so does a file that is gone", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { pieces } = silence();
  const folder = await openFolder(chosen({}), async () => undefined);
  const entry = { name: "w", open: async () => ({ from: 0, coming: pieces(3) }) };
  const refused = assert.rejects(
    readWeights(folder, { name: "w", size: 9, head: new Uint8Array(), entry }, () => {}),
    /broken/,
  );
  await passed(t);
  await refused;
  const gone = Object.assign(new File([WEIGHTS], "model.safetensors"), {
    slice: () => ({
      stream: () => new ReadableStream({ start: (controller) => controller.error(new DOMException("gone", "NotFoundError")) }),
    }),
  });
  await assert.rejects(
    readModel({ files: [new File([CONFIG], "config.json"), /** @type {any} */ (gone)] }, () => {}),
    says(/model\.safetensors can no longer be read/),
  );
});

/** Bytes that come, and then nothing. */
function silence() {
  const broken = () => new Error("broken");
  return {
    pieces: (/** @type {number} */ count) =>
      chunks(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(count)) }), broken),
  };
}

/** Half a minute goes by. @param {import("node:test").TestContext} t */
async function passed(t) {
  for (let i = 0; i < 40; i++) await Promise.resolve();
  t.mock.timers.tick(30_000);
}

test("silence after the first bytes of the weights, of a HEAD or of a small file ends in a sentence, too", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const real = globalThis.fetch;
  t.after(() => (globalThis.fetch = real));
  const silent = (/** @type {string} */ file) =>
    file.endsWith(stalled) && new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(5)) }));
  let stalled = "model.safetensors";
  globalThis.fetch = /** @type {any} */ (
    async (/** @type {string} */ url, /** @type {RequestInit} */ { method }) => {
      const name = url.split("/").at(-1) ?? "";
      if (method === "HEAD" && stalled === "HEAD") return new Promise(() => {});
      return (
        silent(url) || (name in WHOLE ? new Response(/** @type {any} */ (WHOLE[name])) : new Response(null, { status: 404 }))
      );
    }
  );
  for (const [where, why] of /** @type {[string, RegExp][]} */ ([
    ["model.safetensors", /model\.safetensors stopped arriving after/],
    ["config.json", /config\.json stopped arriving after/],
    ["HEAD", /tokenizer\.json could not be fetched/],
  ])) {
    stalled = where;
    const refused = assert.rejects(surveyModel({ url: "http://host.example/m/" }), says(why));
    for (let i = 0; i < 20; i++) {
      await new Promise(setImmediate);
      t.mock.timers.tick(2_000);
    }
    await refused;
  }
});
