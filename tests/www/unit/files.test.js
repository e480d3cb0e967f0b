import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";
import { readModel } from "../../../www/files.js";

const CONFIG = '{"model_type":"t5"}';
/** @type {Record<string, string>} */
const WHOLE = { "config.json": CONFIG, "model.safetensors": "0123456789", "tokenizer.json": '{"model":{}}' };

/** @param {Record<string, string>} contents */
function chosen(contents) {
  return { files: Object.entries(contents).map(([name, content]) => new File([content], name)) };
}

/**
 * Reads a model over HTTP.
 * @param {Record<string, string | number>} contents a file's text, or the status it is refused with
 * @param {(url: string) => Promise<void>} story
 */
async function served(contents, story) {
  const server = createServer((request, response) => {
    const found = contents[(request.url ?? "").split("/").at(-1) ?? ""];
    if (typeof found === "string") response.writeHead(200, { "content-length": Buffer.byteLength(found) }).end(found);
    else response.writeHead(found ?? 404).end();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  try {
    await story(`http://127.0.0.1:${port}/models/small`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("a folder of files is read whole", async () => {
  const model = await readModel(chosen(WHOLE), () => {});
  assert.equal(model.config, CONFIG);
  assert.deepEqual(model.tokenizer, { model: {} });
  assert.equal(model.tokenizerConfig, undefined);
  assert.deepEqual(model.weights.map((bytes) => new TextDecoder().decode(bytes)), ["0123456789"]);
});

test("an address is read whole, with progress up to 1 and the folder's name", () =>
  served(WHOLE, async (url) => {
    /** @type {number[]} */
    const fractions = [];
    const model = await readModel({ url }, (stage, fraction) => {
      assert.equal(stage, "download");
      fractions.push(fraction);
    });
    assert.equal(model.name, "small");
    assert.equal(fractions.at(-1), 1);
    assert.deepEqual(fractions, [...fractions].sort((a, b) => a - b));
    assert.equal(model.weights[0].length, 10);
  }));

test("weights in several files come in the order of their names", async () => {
  const index = JSON.stringify({ weight_map: { b: "model-2.safetensors", a: "model-1.safetensors", c: "model-1.safetensors" } });
  const model = await readModel(chosen({ "config.json": CONFIG, "model.safetensors.index.json": index, "model-1.safetensors": "one", "model-2.safetensors": "two" }), () => {});
  assert.deepEqual(model.weights.map((bytes) => new TextDecoder().decode(bytes)), ["one", "two"]);
});

test("what is missing or broken is named in one sentence", async () => {
  const { "config.json": _, ...noConfig } = WHOLE;
  const { "model.safetensors": __, ...noWeights } = WHOLE;
  await assert.rejects(readModel(chosen(noConfig), () => {}), /^Error: config\.json is not among the chosen files: .*\.$/);
  await assert.rejects(readModel(chosen(noWeights), () => {}), /^Error: model\.safetensors is not among the chosen files/);
  await assert.rejects(readModel(chosen({ ...WHOLE, "config.json": "<!doctype html>" }), () => {}), /config\.json does not hold a JSON object/);
  await assert.rejects(readModel(chosen({ ...WHOLE, "tokenizer.json": "[" }), () => {}), /tokenizer\.json does not hold a JSON object/);
  await assert.rejects(readModel(chosen({ ...noWeights, "model.safetensors.index.json": "{}" }), () => {}), /names no files/);
  await served(noConfig, (url) => assert.rejects(readModel({ url }, () => {}), /^Error: config\.json was not found at http:.*\/models\/small\/: /));
  await served({ ...WHOLE, "model.safetensors": 503 }, (url) => assert.rejects(readModel({ url }, () => {}), /model\.safetensors could not be fetched from .*: the server answered 503\.$/));
  await assert.rejects(readModel({ url: "http://127.0.0.1:9/none/" }, () => {}), /could not be fetched from .*: check the address/);
});

test("a file too large for a page is refused before it is read", async () => {
  const huge = /** @type {File} */ (/** @type {unknown} */ ({ name: "model.safetensors", size: 1e10, stream: () => assert.fail("it was read") }));
  await assert.rejects(readModel({ files: [new File([CONFIG], "config.json"), huge] }, () => {}), /model\.safetensors is too large for a page: 10\.0 GB/);
});
