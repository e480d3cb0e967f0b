// How hosts serve a model's files, and what is asked of them.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { readModel, surveyModel } from "../../../www/checkpoint/files.js";
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
const { "model.safetensors": __, ...NO_WEIGHTS } = WHOLE;

test("a host without 404 sends a page in the place of what it does not have: such a file is absent, or named where it is needed", async () => {
  const page = "<!doctype html><title>Start</title>";
  const lacking = { "tokenizer_config.json": page, "generation_config.json": `\n ${page}`, "special_tokens_map.json": page };
  await served({ ...WHOLE, ...lacking }, async (url) => {
    const { tokenizer, tokenizerConfig, generationConfig } = await readModel({ url }, () => {});
    assert.deepEqual([tokenizer, tokenizerConfig, generationConfig], [{ model: {} }, undefined, undefined]);
  });
  for (const file of ["config.json", "model.safetensors"]) {
    await served({ ...WHOLE, [file]: page }, (url) =>
      assert.rejects(
        readModel({ url }, () => {}),
        says(new RegExp(`answered with a web page instead of ${file.replace(".", "\\.")}`)),
      ),
    );
  }
  // From the reader's disk it is a file all the same.
  await assert.rejects(
    readModel(chosen({ ...WHOLE, "tokenizer_config.json": page }), () => {}),
    says(/tokenizer_config\.json does not hold a JSON object/),
  );
});

test("pages told by their type are no files either: an index of parts is looked for, and a HEAD says what is there", async () => {
  const server = createServer((request, response) => {
    const name = (request.url ?? "").split("/").at(-1) ?? "";
    const found = {
      ...NO_WEIGHTS,
      "model.safetensors.index.json": JSON.stringify({ weight_map: { a: "part.safetensors" } }),
      "part.safetensors": WEIGHTS,
    }[name];
    response
      .writeHead(200, { "content-type": found ? "application/octet-stream" : "text/html; charset=utf-8" })
      .end(request.method === "HEAD" ? undefined : (found ?? "Start"));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const url = `http://127.0.0.1:${port}/m`;
  assert.deepEqual((await readModel({ url }, () => {})).weights, [WEIGHTS]);
  assert.deepEqual((await surveyModel({ url })).tokenizer, ["tokenizer.json"]);
  server.closeAllConnections();
  server.close();
});

test("the engine's refusals come before the weights: of the configuration before anything is asked of them, of the table after its bytes", () =>
  served(WHOLE, async (url, asked) => {
    /** @type {number[]} */
    const heads = [];
    const refuse = (/** @type {number} */ parts) => ({
      tokenizer: () => {},
      model: async (/** @type {string} */ _, /** @type {unknown} */ __, /** @type {{ head: Uint8Array }[]} */ seen) => {
        heads.push(...seen.map(({ head }) => head.length));
        if (seen.length === parts) throw new Error("refused");
      },
    });
    await assert.rejects(
      readModel({ url }, () => {}, undefined, refuse(0)),
      /refused/,
    );
    assert.ok(!asked.some((line) => line.includes("safetensors")), asked.join());
    await assert.rejects(surveyModel({ url }, undefined, refuse(1)), /refused/);
    assert.deepEqual(
      heads,
      [8 + Number(new DataView(WEIGHTS.buffer).getBigUint64(0, true))],
      "the head ends where the numbers begin",
    );
    assert.deepEqual(
      asked.filter((line) => line.includes("safetensors")),
      ["GET model.safetensors bytes=0-65535"],
    );
  }));

test("each file is asked for once", () =>
  served(WHOLE, async (url, asked) => {
    await readModel({ url }, () => {});
    assert.deepEqual(asked.sort(), [
      "GET added_tokens.json",
      "GET config.json",
      "GET generation_config.json",
      "GET model.safetensors",
      "GET special_tokens_map.json",
      "GET tokenizer.json",
      "GET tokenizer_config.json",
    ]);
  }));

test("a host that packs tells a length that is not the file's", async () => {
  const server = createServer((request, response) => {
    const found = WHOLE[(request.url ?? "").split("/").at(-1) ?? ""];
    if (!found) return void response.writeHead(404).end();
    const packed = gzipSync(found);
    response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const real = globalThis.fetch;
  // As another origin's answer is seen: its packing is hidden, its length is not.
  globalThis.fetch = async (...args) => {
    const response = await real(...args);
    const headers = new Headers(response.headers);
    headers.delete("content-encoding");
    return new Response(response.body, { status: response.status, headers });
  };
  try {
    assert.deepEqual((await readModel({ url: `http://127.0.0.1:${port}/m` }, () => {})).weights, [WEIGHTS]);
  } finally {
    globalThis.fetch = real;
    server.closeAllConnections();
    server.close();
  }
});

test("an index that names a file of another place is refused", () =>
  served(
    {
      ...NO_WEIGHTS,
      "model.safetensors.index.json": JSON.stringify({ weight_map: { a: "http://127.0.0.1:9/model.safetensors" } }),
    },
    (url) =>
      assert.rejects(
        readModel({ url }, () => {}),
        says(/is not a file of the folder/),
      ),
  ));
