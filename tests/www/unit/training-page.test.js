// What the page that trains computes by itself: where a head should look, how well it does, which moments are kept.

import assert from "node:assert/strict";
import test from "node:test";
import { Moments } from "../../../www/train/moments.js";
import { RECIPES, configOf, recipeOf } from "../../../www/train/recipes.js";
import { scoreOf, targetsOf } from "../../../www/train/scores.js";

test("where a head should look: behind the last occurrence, at the mirrored place, at the next letter of the alphabet", () => {
  assert.deepEqual(targetsOf("repeat", [..."abcabca"]), [undefined, undefined, undefined, 1, 2, 3, 4]);
  assert.deepEqual(targetsOf("reversed", [..."frost"]), [4, 3, 2, 1, 0]);
  assert.deepEqual(targetsOf("sorted", [..."frost"]), [0, 2, 1, 3, 4]);
});

test("a head's score is the mean share of its rows that the rule speaks of", () => {
  const matrix = { rows: 3, columns: 3, data: Float32Array.of(1, 0, 0, 0.5, 0.5, 0, 0.2, 0.8, 0) };
  assert.ok(Math.abs(scoreOf(matrix, [undefined, 0, 1]) - 0.65) < 1e-6);
  assert.equal(scoreOf(matrix, [undefined, undefined]), 0);
  assert.equal(scoreOf(matrix, [undefined, 7]), 0, "a place that the map does not have");
});

test("moments thin out within their number and their memory, and keep the first and the last", () => {
  const moments = new Moments();
  const moment = (/** @type {number} */ step, /** @type {number} */ bytes) =>
    /** @type {any} */ ({ step, snapshot: { step, file: { byteLength: bytes } } });
  for (let step = 0; step < 500; step++) moments.add(moment(step, 1000));
  const steps = moments.all.map(({ step }) => step);
  assert.ok(steps.length <= 60 && steps.length > 20, `${steps.length}`);
  assert.deepEqual([steps[0], steps.at(-1)], [0, 499]);
  assert.deepEqual(
    steps,
    [...steps].sort((a, b) => a - b),
  );
  for (let step = 500; step < 520; step++) moments.add(moment(step, 20e6));
  assert.ok(moments.all.reduce((sum, { snapshot }) => sum + snapshot.file.byteLength, 0) <= 116e6);
  moments.cut(3);
  assert.equal(moments.all.length, 4);
});

test("every recipe is of a published architecture, and an unknown name is the first", () => {
  for (const recipe of RECIPES) {
    const config = configOf(recipe, 30);
    assert.equal(config.vocab_size, 30);
    assert.match(config.architectures[0], /^(LlamaForCausalLM|GPT2LMHeadModel|T5ForConditionalGeneration)$/);
    assert.ok(recipe.steps % recipe.every === 0, recipe.id);
  }
  assert.equal(recipeOf("constructor"), RECIPES[0]);
});
