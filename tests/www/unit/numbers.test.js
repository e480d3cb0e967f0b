// Large numbers as people read them.

import assert from "node:assert/strict";
import test from "node:test";
import { bytes, compact, exact, percent, power } from "../../../www/blocks/numbers.js";
import { ticks, valueAt } from "../../../www/blocks/chart.js";
import { OURS } from "../../../www/blocks/scaling/ours.js";

test("numbers in both languages", () => {
  assert.equal(exact(124439808), "124,439,808");
  assert.deepEqual([compact(6.7e9, "en"), compact(6.7e9, "zh"), compact(175e9, "zh")], ["6.7B", "67亿", "1750亿"]);
  assert.deepEqual([power(5.88e23), power(1e24), power(2.5e-3, 1)], ["5.88 × 10²³", "10²⁴", "2.5 × 10⁻³"]);
  assert.deepEqual([bytes(512), bytes(2560), bytes(4 * 1024 ** 3)], ["512 B", "2.50 KiB", "4.00 GiB"]);
  assert.deepEqual([percent(0.5), percent(0.031), percent(0.0001), percent(0)], ["50 %", "3.1 %", "<0.1 %", "0.0 %"]);
});

test("places on an axis: powers of ten, fewer where they would crowd; round numbers where they are too few", () => {
  const axis = { label: "", format: String, log: true };
  assert.deepEqual(ticks({ ...axis, domain: [1e19, 1e26] }, 4), [1e19, 1e21, 1e23, 1e25]);
  assert.deepEqual(ticks({ ...axis, domain: [1, 10] }, 6), [1, 1.5, 2, 3, 5, 7, 10]);
  assert.deepEqual(ticks({ ...axis, log: false, domain: [0, 10] }, 5), [0, 2, 4, 6, 8, 10]);
});

test("a curve is read between its points, along a power law exactly", () => {
  const law = {
    name: "",
    points: /** @type {[number, number][]} */ ([
      [1, 8],
      [100, 8 / 1000],
    ]),
  };
  assert.ok(Math.abs((valueAt(law, 10) ?? NaN) - 8 / 10 ** 1.5) < 1e-12);
  assert.equal(valueAt(law, 0.5), undefined);
  assert.equal(valueAt(law, 101), undefined);
});

test("our models' sizes, data and losses are what their files say", () => {
  assert.deepEqual(
    OURS.map(({ name }) => name),
    ["gpt2-tiny", "llama-tiny"],
  );
  for (const { N, D, loss } of OURS) assert.ok(N > 1e6 && D > 1e7 && loss > 1 && loss < 3);
});
