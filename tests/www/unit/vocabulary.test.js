// The page can explain whatever the engine computes: each op has an arithmetic and a formula, each activation a function and a formula.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { nothing } from "lit";
import { EXPLAINED } from "../../../www/anatomy/arithmetic.js";
import { formulaOf } from "../../../www/anatomy/formulas.js";
import { activate } from "../../../www/anatomy/functions.js";
import { initSync, vocabulary } from "../../../www/wasm/diorama.js";

const at = (/** @type {string} */ path) => new URL(`../../../${path}`, import.meta.url);
initSync({ module: readFileSync(at("www/wasm/diorama_bg.wasm")) });

/** @type {{ ops: { op: string, file: string, variants: string[] }[], activations: string[] }} */
const { ops, activations } = vocabulary();

/** The names in `config.json` of functions that the engine calls by another name. @type {Record<string, string>} */
const PUBLISHED = { gelu_erf: "gelu", gelu_tanh: "gelu_new", relu_squared: "relu2" };

/** @type {(op: string, more?: object) => import("../../../www/trace.js").GraphNode} */
const node = (op, more) => ({
  name: op,
  op,
  inputs: [0, 1, 2],
  axes: [],
  dims: [],
  stage: "source",
  hooks: [],
  place: {},
  eps: 1e-5,
  by: 2,
  scale: 0.5,
  ...more,
});

test("every op of the engine has its arithmetic and its formula in the page", () => {
  assert.ok(ops.length >= 16);
  for (const { op } of ops) {
    assert.ok(EXPLAINED.includes(op), `${op} has no arithmetic in www/anatomy/arithmetic/`);
    assert.notEqual(formulaOf(node(op, { activation: "relu" })), nothing, `${op} has no formula in www/anatomy/formulas/`);
  }
});

test("every op names shader files that are there", () => {
  for (const { file, variants } of ops)
    for (const name of [file, ...variants])
      assert.ok(readFileSync(at(`shaders/${name}`), "utf8").startsWith(`// ${name.replace(".wgsl", "")}: `));
});

test("every activation has a formula, and the reference's values", () => {
  const { inputs, values } = JSON.parse(readFileSync(at("tests/goldens/activations.json"), "utf8"));
  for (const name of activations) {
    assert.notEqual(formulaOf(node("activation", { activation: name })), nothing, `${name} has no formula`);
    const wanted = values[PUBLISHED[name] ?? name];
    inputs.forEach((/** @type {number} */ x, /** @type {number} */ i) => {
      assert.ok(
        Math.abs(activate(name, x) - wanted[i]) <= 1e-6 * Math.max(1, Math.abs(wanted[i])),
        `${name}(${x}) is ${activate(name, x)}, not ${wanted[i]}`,
      );
    });
  }
});
