// Budgets read off the engine's graph, held to what papers print and checkpoints have.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { EMBEDDING, budget, cacheBytes, cacheOf, flopsOfToken, formula, total } from "../../../www/blocks/parameters/budget.js";
import { CONFIGS, parseSizes, tensorsOf } from "../../../www/blocks/parameters/configs.js";
import { initSync, plan } from "../../../www/wasm/diorama.js";

initSync({ module: readFileSync(new URL("../../../www/wasm/diorama_bg.wasm", import.meta.url)) });

/** @typedef {import("../../../www/blocks/parameters/budget.js").Plan} Plan */

/** As the host gives it: the nodes come as text. @returns {Plan} */
const planOf = (/** @type {object} */ config, untied = false) => {
  const planned = /** @type {any} */ (plan(JSON.stringify(config), tensorsOf(untied)));
  return { ...planned, nodes: JSON.parse(planned.nodes) };
};
const published = (/** @type {string} */ id) => planOf(CONFIGS[id].config, CONFIGS[id].untied);
const counted = (/** @type {string} */ id) => total(budget(published(id)), CONFIGS[id].without);

/** Counts of the released checkpoints; the first five as the notes' list of numbers has them, the others as their configurations imply. */
const COUNTS = {
  "bert-base": 109482240,
  "bert-large": 335141888,
  "roberta-base": 124645632,
  "roberta-large": 355359744,
  gpt2: 124439808,
  "gpt2-medium": 354823168,
  "gpt2-large": 774030080,
  "gpt2-xl": 1557611200,
  "t5-small": 60506624,
  "t5-base": 222903552,
  "t5-large": 737668096,
  "t5-3b": 2851598336,
  "t5-11b": 11307321344,
  "llama-7b": 6738415616,
  "llama-13b": 13015864320,
  "llama-33b": 32528943616,
  "llama-65b": 65285660672,
  "llama2-70b": 68976648192,
  "llama3-8b": 8030261248,
  "llama3-70b": 70553706496,
};

for (const [id, count] of Object.entries(COUNTS))
  test(`${id} has ${count.toLocaleString("en-US")} parameters`, () => assert.equal(counted(id), count));

test("what a configuration claims as counted is counted", () => {
  for (const [id, { counted: claimed }] of Object.entries(CONFIGS)) if (claimed) assert.equal(counted(id), claimed, id);
});

test("every published figure is met within a twentieth", () => {
  const scale = /** @type {Record<string, number>} */ ({ M: 1e6, B: 1e9 });
  for (const [id, { published }] of Object.entries(CONFIGS)) {
    const figure = Number(published.slice(0, -1)) * scale[published.slice(-1)];
    assert.ok(Math.abs(counted(id) / figure - 1) < 0.055, `${id}: ${counted(id)} against ${published}`);
  }
});

test("ALBERT's embedding: 23.04 M against 3.94 M", () => {
  const tokens = (/** @type {object} */ config) => total(budget(planOf(config)).filter(({ part }) => part === "tokens"));
  const { config } = CONFIGS["albert-base"];
  assert.equal(tokens({ ...CONFIGS["bert-base"].config, vocab_size: 30000 }), 23040000);
  const wide = budget(planOf(config)).find(({ part }) => part === "widening") ?? assert.fail("no widening");
  assert.equal(tokens(config) + 128 * 768, 3938304);
  assert.equal(wide.size, 128 * 768 + 768);
});

test("what a weight is for is read off places and readers, not off names", () => {
  for (const id of ["bert-base", "gpt2", "t5-small", "llama3-8b"]) {
    const planned = published(id);
    const renamed = planned.nodes.map((node, index) => (node.op === "input" ? node : { ...node, name: `n${index}` }));
    assert.deepEqual(budget({ ...planned, nodes: renamed }), budget(planned), id);
  }
  const sizes = Object.fromEntries(budget(published("llama3-8b")).map(({ part, size }) => [part, size]));
  const [square, grouped] = [32 * 4096 * 4096, 32 * 4096 * 1024];
  assert.deepEqual(
    [sizes.query, sizes.key, sizes.value, sizes.output, sizes.mlp],
    [square, grouped, grouped, square, 3 * 32 * 4096 * 14336],
  );
});

test("layers that share are counted once, groups of their own once each", () => {
  const inside = (/** @type {number} */ groups) =>
    total(budget(planOf({ ...CONFIGS["albert-base"].config, num_hidden_groups: groups })).filter(({ part }) => part === "query"));
  assert.equal(inside(1), 768 * 768 + 768);
  assert.equal(inside(12), 12 * inside(1));
});

test("a head of its own adds one matrix of the embedding's size, a tied one nothing", () => {
  const { config } = CONFIGS["llama3-8b"];
  const embedding = 128256 * 4096;
  const [own, tied] = [false, true].map((tie_word_embeddings) => total(budget(planOf({ ...config, tie_word_embeddings }))));
  assert.equal(own - tied, embedding);
});

test("each formula comes to its summand's size", () => {
  for (const id of ["bert-base", "t5-small", "llama3-8b", "albert-base", "gpt-1", "electra-small"]) {
    for (const summand of budget(published(id))) {
      const value = formula(summand)
        .replaceAll(",", "")
        .split(" + ")
        .reduce((sum, term) => sum + term.split(" × ").reduce((size, n) => size * Number(n), 1), 0);
      assert.equal(value, summand.size, `${id} ${summand.part}`);
    }
  }
});

test("FLOPs of a token: two for each number that multiplies, and 4 n d for what it looks at", () => {
  const graph = published("gpt2");
  const { target, source } = flopsOfToken(graph, 1024);
  const summands = budget(graph);
  const matrices = summands
    .flatMap(({ part, terms }) => (EMBEDDING.includes(part) ? [] : terms))
    .filter(({ dims }) => dims.length === 2)
    .reduce((sum, { count, dims }) => sum + count * dims[0] * dims[1], 0);
  assert.equal(target.matrices, 2 * (matrices + 50257 * 768), "the tied head multiplies too");
  assert.equal(target.attention, 12 * 4 * 1024 * 768);
  assert.equal(source.matrices, 0);
  const rule = 2 * (total(summands, EMBEDDING) + 50257 * 768);
  assert.ok(Math.abs(target.matrices / rule - 1) < 0.01, "2N is right within a hundredth");
});

test("an encoder-decoder has FLOPs on both sides", () => {
  const { source, target } = flopsOfToken(published("t5-small"), 512);
  assert.ok(source.matrices > 0 && target.matrices > source.matrices && source.attention > 0);
});

test("bytes of a cache: LLaMA 3 70B keeps an eighth of what all its heads would", () => {
  const cache = cacheOf(published("llama3-70b")) ?? assert.fail("no cache");
  assert.deepEqual(cache, { heads: 64, kvHeads: 8, width: 128, layers: 80 });
  assert.equal(cacheBytes(cache, 8, 1), 2 * 80 * 8 * 128 * 2);
  assert.equal(cacheBytes(cache, 64, 8192) / cacheBytes(cache, 8, 8192), 8);
  assert.equal(cacheOf(published("bert-base")), undefined);
});

test("sizes as they stand in an attribute", () => {
  assert.deepEqual(parseSizes("hidden_size:1024 num_hidden_layers:24"), { hidden_size: 1024, num_hidden_layers: 24 });
  assert.deepEqual(parseSizes(""), {});
});

test("what does not fit together is the engine's error, in a sentence", () => {
  assert.throws(
    () => planOf({ ...CONFIGS["bert-base"].config, num_attention_heads: 7 }),
    /hidden_size 768 does not divide into 7 heads/,
  );
});
