import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { FAMILIES } from "../../../www/checkpoint/families.js";
import { available, inWords, memoryOf, requireRoom, WASM } from "../../../www/checkpoint/memory.js";
import { says } from "./checkpoint.js";

/** Checkpoints in f16, and the WebAssembly memory after loading them in Chromium, on the CPU and on WebGPU. // bytes */
const MEASURED = [
  { what: "GPT-2 small", parameters: 124_439_808, largest: 50_257 * 768, bytes: 248_894_656, engine: 1_329_528_832 },
  { what: "BERT-base", parameters: 109_514_298, largest: 30_522 * 768, bytes: 219_052_000, engine: 974_127_104 },
];

test("what is said covers what was measured, and not much more", () => {
  for (const { what, engine, ...sizes } of MEASURED) {
    const said = memoryOf(sizes).engine;
    assert.ok(said >= engine && said <= 1.3 * engine, `${what}: ${inWords(said)} said, ${inWords(engine)} measured`);
  }
});

test("what does not fit is refused with both numbers; what fits is not", () => {
  const small = { parameters: 1e8, largest: 2e7, bytes: 2e8 };
  const parts = [{ name: "model.safetensors", size: small.bytes }];
  requireRoom(small, parts, available({}));
  requireRoom(small, parts, available({ deviceMemory: 8 }));
  assert.throws(
    () => requireRoom(small, parts, available({ deviceMemory: 1 })),
    says(/100,000,000 parameters need 1\.2 GB of memory, and 1\.1 GB are available/),
  );
  assert.throws(
    () => requireRoom({ parameters: 5e8, largest: 1e8, bytes: 1e9 }, parts, available({})),
    says(/need 4\.9 GB of memory, and 4\.3 GB are available/),
  );
  assert.throws(
    () => requireRoom(small, [{ name: "model.safetensors", size: 3e9 }], available({})),
    says(/model\.safetensors has 3\.0 GB, and a page can read files of at most 2\.1 GB/),
  );
  assert.equal(available({}).engine, WASM);
});

test("bytes in words", () => {
  assert.deepEqual([0, 900, 99_000, 114_064, 3_622_352, 9_960_000, 248_894_656, 999_600_000, 4_294_967_296].map(inWords), [
    "0 kB",
    "1 kB",
    "99 kB",
    "0.1 MB",
    "3.6 MB",
    "10 MB",
    "249 MB",
    "1.0 GB",
    "4.3 GB",
  ]);
});

test("the families that the page accepts are those that the engine builds", () => {
  const source = (/** @type {string} */ file) => readFileSync(new URL(`../../../src/models/${file}.rs`, import.meta.url), "utf8");
  const arms = [...source("mod").matchAll(/Some\(((?:"\w+"(?: \| )?)+)\) => (\w+)::build/g)];
  const built = arms.flatMap(([, types, file]) => [...types.matchAll(/"(\w+)"/g)].map(([, type]) => ({ type, file })));
  assert.deepEqual(built.map(({ type }) => type).sort(), Object.keys(FAMILIES).sort());
  for (const { type, file } of built) {
    const classes = source(file).match(/const CLASSES: \[&str; \d+\] = \[([^\]]+)\]/)?.[1];
    assert.deepEqual(
      FAMILIES[type],
      [...(classes ?? "").matchAll(/"(\w+)"/g)].map(([, name]) => name),
      type,
    );
  }
});
