// The scaling laws: what the notes and the papers print follows from the constants alone.

import assert from "node:assert/strict";
import test from "node:test";
import { placed } from "../../../www/blocks/labels.js";
import {
  EVEN,
  FITS,
  KAPLAN,
  byKaplan,
  byRule,
  exponents,
  flops,
  loss,
  lossOfData,
  lossOfSize,
  optimum,
  tenfold,
  terms,
  tokensFor,
} from "../../../www/blocks/scaling/laws.js";
import { MODELS } from "../../../www/blocks/scaling/models.js";
import { picture } from "../../../www/blocks/scaling/pictures.js";

const two = (/** @type {number} */ n) => n.toFixed(2);

test("ten times the budget, as each law divides it", () => {
  const grown = (/** @type {{ a: number, b: number }} */ law) => Object.values(tenfold(law)).map(two);
  assert.deepEqual(grown({ a: KAPLAN.a, b: KAPLAN.b }), ["5.37", "1.86"]);
  assert.deepEqual(grown(exponents(FITS.chinchilla)), ["2.83", "3.53"]);
  assert.deepEqual(grown(EVEN), ["3.16", "3.16"]);
  for (const law of [{ a: KAPLAN.a, b: KAPLAN.b }, EVEN, ...Object.values(FITS).map(exponents)]) {
    const { N, D } = tenfold(law);
    assert.ok(Math.abs(N * D - 10) < 1e-9, "a budget ten times as large pays for ten times the product");
  }
});

test("the fit's exponents are 0.452 and 0.548", () => {
  const { a, b } = exponents(FITS.chinchilla);
  assert.deepEqual(
    [a, b].map((x) => x.toFixed(3)),
    ["0.452", "0.548"],
  );
});

test("Kaplan's laws are 1 where their constants are, and fall by their exponents", () => {
  assert.ok(Math.abs(lossOfSize(8.8e13) - 1) < 1e-12);
  assert.ok(Math.abs(lossOfData(5.4e13) - 1) < 1e-12);
  assert.ok(Math.abs(lossOfSize(1e10) / lossOfSize(1e9) - 10 ** -0.076) < 1e-12);
  assert.ok(Math.abs(lossOfData(1e10) / lossOfData(1e9) - 10 ** -0.095) < 1e-12);
  const ten = byKaplan(1e22).N / byKaplan(1e21).N;
  assert.equal(two(ten), "5.37");
});

test("no neighbour of the optimum is better, and it spends the budget", () => {
  for (const fit of Object.values(FITS)) {
    for (const C of [1e18, 5.76e23, 1e26]) {
      const best = optimum(fit, C);
      assert.ok(Math.abs(flops(best.N, best.D) / C - 1) < 1e-9);
      for (const factor of [0.5, 0.9, 0.99, 1.01, 1.1, 2])
        assert.ok(loss(fit, best.N * factor, tokensFor(C, best.N * factor)) > best.loss, `${C} × ${factor}`);
    }
  }
});

test("Chinchilla's budget: the rule gives its size, the refit agrees better than the first fit", () => {
  const C = flops(70e9, 1.4e12);
  const rule = byRule(C);
  assert.ok(Math.abs(rule.N / 70e9 - 1) < 1e-9 && Math.abs(rule.D / 1.4e12 - 1) < 1e-9);
  const ratio = (/** @type {import("../../../www/blocks/scaling/laws.js").Fit} */ fit) => optimum(fit, C).D / optimum(fit, C).N;
  assert.ok(Math.abs(Math.log(ratio(FITS.besiroglu) / 20)) < Math.abs(Math.log(ratio(FITS.chinchilla) / 20)));
});

test("a loss is its three summands", () => {
  const parts = terms(FITS.chinchilla, 70e9, 1.4e12);
  assert.deepEqual(parts.map(two), ["1.69", "0.08", "0.16"]);
  assert.ok(Math.abs(parts[0] + parts[1] + parts[2] - loss(FITS.chinchilla, 70e9, 1.4e12)) < 1e-12);
});

test("points: Gopher and Chinchilla cost about the same, and GPT-3 saw fewer than two tokens a parameter", () => {
  const named = (/** @type {string} */ name) => MODELS.find((model) => model.name === name) ?? assert.fail(name);
  const cost = (/** @type {string} */ name) => flops(named(name).N, named(name).D);
  assert.ok(cost("Chinchilla") / cost("Gopher") < 1.3);
  assert.ok(named("GPT-3").D / named("GPT-3").N < 2);
  assert.equal(named("Chinchilla").D / named("Chinchilla").N, 20);
  for (const { name, source } of MODELS) assert.match(source, /20\d\d/, name);
});

test("every point of the allocation lies within its axes", () => {
  for (const of of ["parameters", "tokens"]) {
    const {
      x,
      y,
      marks = [],
    } = picture("allocation", { C: 1e23, N: 1e9, D: 1e11, of, fit: FITS.chinchilla, say: (key) => key, language: "en" });
    assert.equal(marks.length, MODELS.length);
    for (const mark of marks)
      assert.ok(mark.x >= x.domain[0] && mark.x <= x.domain[1] && mark.y >= y.domain[0] && mark.y <= y.domain[1], mark.name);
  }
});

test("names do not cover one another, and a name without room is left out", () => {
  const points = [0, 1, 2, 3, 4, 5].map((i) => ({ x: 100 + i, y: 100, text: "a long name", minor: i > 0 }));
  const labels = placed(points, { left: 0, right: 300, top: 0, bottom: 200 });
  assert.ok(labels[0]);
  assert.ok(labels.some((label) => !label));
});
