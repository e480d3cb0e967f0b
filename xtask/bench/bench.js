// Measures Diorama against onnxruntime-web: same weights, same browser, one run.
//     node xtask/bench/bench.js --dist dist --work target/bench --model www/models/t5-tiny

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { open } from "../../tests/www/drive.js";
import { readSafetensors } from "./safetensors.js";
import { firstLoad } from "./sizes.js";
import { decoderGraph, decoderLayers, encoderGraph } from "./t5_onnx.js";

const SOURCE = 64; // tokens
const WARM_UP = 6; // generations

const { values } = parseArgs({
  options: {
    dist: { type: "string", default: "dist" },
    work: { type: "string", default: "target/bench" },
    model: { type: "string", default: "www/models/t5-tiny" },
    tokens: { type: "string", default: "24" },
    rounds: { type: "string", default: "7" },
  },
});
const tokens = Number(values.tokens);
const rounds = Number(values.rounds);

const config = prepare(values.dist, values.work, values.model);
const ids = source(config);
// A checkpoint may come without a tokenizer: the bench gives ids.
const tab = await open("chromium", "bench.html", { root: values.work, expected: [/onnxruntime/, /404 .*tokenizer/] });
const names = /** @type {string[]} */ (await tab.page.evaluate("engines"));

/** @param {string} name @returns {Promise<import("./page.js").Timed>} */
const generate = (name) => tab.page.evaluate(`generate(${JSON.stringify(name)}, ${JSON.stringify(ids)}, ${tokens})`);

const expected = (await generate("diorama cpu")).ids;
for (const name of names) {
  for (let i = 0; i < WARM_UP; i++)
    assert.deepEqual((await generate(name)).ids, expected, `${name} writes other tokens than diorama cpu`);
  console.log(`  ${name}: the same ${tokens} tokens, warmed up`);
}
const firsts = new Map(names.map((name) => [name, /** @type {number[]} */ ([])]));
const rests = new Map(names.map((name) => [name, /** @type {number[]} */ ([])]));
// The engines take turns, so that a busy moment of the machine meets them all.
for (let round = 0; round < rounds; round++) {
  for (const name of names) {
    const timed = await generate(name);
    firsts.get(name)?.push(timed.first);
    rests.get(name)?.push(timed.rest);
  }
}
await tab.close();

console.log(
  `\nMedians of ${rounds} generations in Chromium, in milliseconds. First token: ${SOURCE} tokens read, one written.\n`,
);
console.log(row(["", "first token", "a later token"]));
for (const name of names) console.log(row([name, ms(firsts, name), ms(rests, name)]));
console.log(`\n${row(["how many times faster", "first token", "a later token"])}`);
for (const [ours, peer] of [
  ["diorama webgpu", "onnxruntime-web webgpu"],
  ["diorama cpu", "onnxruntime-web wasm"],
]) {
  const ratio = (/** @type {Map<string, number[]>} */ times) => `${(median(times, peer) / median(times, ours)).toFixed(1)} ×`;
  console.log(row([`${ours} : ${peer}`, ratio(firsts), ratio(rests)]));
}

console.log(`\n${row(["bytes of the first load", "raw", "gzip"])}`);
const sizes = await firstLoad(values.dist);
for (const { part, raw, gzip } of sizes) console.log(row([part, String(raw), String(gzip)]));
const rest = sizes.filter(({ part }) => part !== "model");
const sum = (/** @type {"raw" | "gzip"} */ kind) => String(rest.reduce((total, part) => total + part[kind], 0));
console.log(row(["all but the model", sum("raw"), sum("gzip")]));

/**
 * Lays out the site with the peer beside it.
 * @param {string} dist
 * @param {string} work
 * @param {string} model   its folder
 * @returns {import("./t5_onnx.js").Config & { eos_token_id: number, decoder_start_token_id: number }}
 */
function prepare(dist, work, model) {
  const here = fileURLToPath(new URL(".", import.meta.url));
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, "bench"), { recursive: true });
  cpSync(dist, work, { recursive: true });
  cpSync(model, join(work, "bench/model"), { recursive: true });
  cpSync(join(here, "page.js"), join(work, "bench.js"));
  writeFileSync(
    join(work, "bench.html"),
    '<!doctype html><link rel="icon" href="data:,"><title>bench</title><script type="module" src="bench.js"></script>',
  );
  const ort = join(here, "node_modules/onnxruntime-web/dist");
  // The name of the module and of the binary that each provider loads.
  for (const file of ["ort.wasm.min.mjs", "ort.webgpu.min.mjs", "ort-wasm-simd-threaded", "ort-wasm-simd-threaded.asyncify"]) {
    const files = file.endsWith(".mjs") ? [file] : [`${file}.mjs`, `${file}.wasm`];
    for (const name of files) cpSync(join(ort, name), join(work, "bench/ort", name));
  }
  const config = JSON.parse(readFileSync(join(model, "config.json"), "utf8"));
  const weights = readSafetensors(readFileSync(join(model, "model.safetensors")));
  writeFileSync(join(work, "bench/encoder.onnx"), encoderGraph(config, weights));
  writeFileSync(join(work, "bench/decoder.onnx"), decoderGraph(config, weights));
  const peer = {
    heads: config.num_heads,
    dHead: config.d_kv,
    layers: decoderLayers(config),
    start: config.decoder_start_token_id,
  };
  writeFileSync(join(work, "bench/peer.json"), JSON.stringify(peer));
  return config;
}

/**
 * A source of 64 tokens, the same in every run; the time does not depend on which.
 * @param {{ vocab_size: number, eos_token_id: number }} config
 */
function source(config) {
  let state = 1;
  const ids = Array.from({ length: SOURCE - 1 }, () => {
    state = (state * 48271) % 2147483647;
    return 3 + (state % (config.vocab_size - 103));
  });
  return [...ids, config.eos_token_id];
}

/** @param {Map<string, number[]>} times @param {string} name */
function median(times, name) {
  const sorted = [...(times.get(name) ?? [])].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {Map<string, number[]>} times @param {string} name */
function ms(times, name) {
  return median(times, name).toFixed(2);
}

/** @param {string[]} cells */
function row([name, ...cells]) {
  return [name.padEnd(48), ...cells.map((cell) => cell.padStart(14))].join("");
}
