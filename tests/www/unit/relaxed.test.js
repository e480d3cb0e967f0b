// Which of the engine's two binaries a browser takes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import test from "node:test";
import { engineFile, PLAIN, PROBE, RELAXED } from "../../../www/engine/relaxed.js";

const binary = (/** @type {string} */ file) => readFileSync(new URL(`../../../www/${file}`, import.meta.url));

test("the binary follows what the browser says of the probe", () => {
  /** @type {Uint8Array[]} */
  const asked = [];
  const says = (/** @type {boolean} */ answer) => (/** @type {Uint8Array} */ bytes) => (asked.push(bytes), answer);
  assert.equal(engineFile(says(true)), RELAXED);
  assert.equal(engineFile(says(false)), PLAIN);
  assert.deepEqual(asked, [PROBE, PROBE]);
  assert.equal(engineFile(), WebAssembly.validate(PROBE) ? RELAXED : PLAIN);
});

test("what accepts the probe accepts the binary with relaxed SIMD, and everything accepts the plain one", () => {
  assert.ok(WebAssembly.validate(binary(PLAIN)));
  assert.equal(WebAssembly.validate(binary(RELAXED)), WebAssembly.validate(PROBE));
});

test("the probe is sound: Node accepts it where relaxed SIMD is switched on", () => {
  const bytes = JSON.stringify([...PROBE]);
  const script = `console.log(WebAssembly.validate(Uint8Array.from(${bytes})))`;
  // A version that has it by default knows no such switch.
  const switches = WebAssembly.validate(PROBE) ? [] : ["--experimental-wasm-relaxed-simd"];
  assert.equal(execFileSync(process.execPath, [...switches, "-e", script], { encoding: "utf8" }).trim(), "true");
});
