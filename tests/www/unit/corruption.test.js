// What the engine's objectives do to a text, as the views show it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { hidden, masked } from "../../../www/engine/corrupting.js";
import { countDeeds, coverage, epochsOf, targetsOf } from "../../../www/masking/corruption.js";
import { initSync } from "../../../www/wasm/diorama.js";

initSync({ module: readFileSync(new URL("../../../www/wasm/diorama_bg.wasm", import.meta.url)) });

/** As a model asks its engine. @type {any} */
const corrupt = async (/** @type {any} */ corruption) =>
  corruption.objective === "mlm" ? masked(corruption) : hidden(corruption);

/** A text of `n` tokens between two that stand for none. @param {number} n */
function text(n) {
  const ordinary = Array.from({ length: n }, (_, i) => ({ id: 10 + i, token: `t${i}`, special: false }));
  return [{ id: 1, token: "[CLS]", special: true }, ...ordinary, { id: 2, token: "[SEP]", special: true }];
}

const MASK = 3;
const VOCABULARY = Array.from({ length: 200 }, (_, i) => 10 + i);
const draw = (/** @type {number} */ n, /** @type {number} */ seed) =>
  targetsOf(corrupt, text(n), { seed, mask: MASK, vocabulary: VOCABULARY });

test("a seed brings its draws back, another draws otherwise", async () => {
  assert.deepEqual(await draw(40, 5), await draw(40, 5));
  assert.notDeepEqual(await draw(40, 5), await draw(40, 6));
});

test("15 % of the tokens are chosen, at least one, each as often as the others, never one that stands for no text", async () => {
  assert.equal((await draw(40, 1)).length, 6);
  assert.equal((await draw(3, 1)).length, 1);
  assert.deepEqual(await draw(0, 1), []);
  const counts = new Array(22).fill(0);
  for (const places of await epochsOf(corrupt, text(20), { seed: 7, epochs: 4000 })) {
    assert.deepEqual(
      places,
      [...new Set(places)].sort((a, b) => a - b),
    );
    for (const place of places) counts[place]++;
  }
  assert.deepEqual([counts[0], counts[21]], [0, 0]);
  // 4000 draws with p = 3/20: 600 expected, standard deviation 22.6.
  for (const count of counts.slice(1, -1)) assert.ok(Math.abs(count - 600) < 113, `${count} of 600`);
});

test("80/10/10: a masked token reads the mask, a kept one itself, a random one something of the vocabulary", async () => {
  const counts = { masked: 0, random: 0, kept: 0 };
  const tokens = text(100);
  for (let seed = 0; seed < 400; seed++) {
    const targets = await draw(100, seed);
    assert.equal(targets.length, 15);
    for (const { position, deed, id } of targets) {
      if (deed === "masked") assert.equal(id, MASK);
      else if (deed === "kept") assert.equal(id, tokens[position].id);
      else assert.ok(VOCABULARY.includes(id) && id !== tokens[position].id);
    }
    for (const [deed, count] of Object.entries(countDeeds(targets))) counts[/** @type {"masked"} */ (deed)] += count;
  }
  // 6000 draws: standard deviations 31 and 23; one swap of 200 draws the token itself and counts as kept.
  assert.ok(Math.abs(counts.masked - 4800) < 155, `${counts.masked} of 4800`);
  assert.ok(Math.abs(counts.random - 597) < 117 && Math.abs(counts.kept - 603) < 117, JSON.stringify(counts));
});

test("static masking repeats its ten copies, dynamic masking does not, and its first epoch is what is masked", async () => {
  const tokens = text(30);
  const fixed = await epochsOf(corrupt, tokens, { seed: 2, copies: 10 });
  const fresh = await epochsOf(corrupt, tokens, { seed: 2 });
  assert.deepEqual([fixed.length, fresh.length], [40, 40]);
  for (let epoch = 10; epoch < 40; epoch++) assert.deepEqual(fixed[epoch], fixed[epoch - 10]);
  assert.equal(new Set(fixed.map((places) => places.join())).size, 10);
  assert.ok(new Set(fresh.map((places) => places.join())).size > 35);
  assert.deepEqual(
    fresh[0],
    (await draw(30, 2)).map(({ position }) => position),
  );
});

test("coverage grows, stands still once the copies repeat, and comes to 1 − 0.85ⁿ on average", async () => {
  assert.deepEqual(coverage([[1, 2], [2, 3], [1]]), [2, 3, 3]);
  const tokens = text(100);
  const means = [];
  for (const copies of [10, 0]) {
    let sum = 0;
    for (let seed = 0; seed < 60; seed++) {
      const seen = coverage(await epochsOf(corrupt, tokens, { seed, copies }));
      if (copies) assert.equal(seen[9], seen[39]);
      sum += seen[39];
    }
    means.push(sum / 60);
  }
  const [fixed, fresh] = means;
  assert.ok(Math.abs(fixed - 100 * (1 - 0.85 ** 10)) < 2, `${fixed} of 80.3`);
  assert.ok(fresh > 99, `${fresh} of 99.8`);
});

test("neighbouring seeds have nothing to do with each other", async () => {
  const first = async (/** @type {number} */ seed) => (await epochsOf(corrupt, text(20), { seed, epochs: 1, rate: 0.05 }))[0][0];
  const firsts = await Promise.all(Array.from({ length: 200 }, (_, seed) => first(seed)));
  const steps = firsts.slice(1).map((value, i) => (value - firsts[i] + 20) % 20);
  for (let step = 0; step < 20; step++) assert.ok(steps.filter((value) => value === step).length < 30, `a step of ${step}`);
});

test("what cannot be corrupted is refused in a sentence", async () => {
  await assert.rejects(
    epochsOf(corrupt, text(5), { seed: 1, rate: 0 }),
    /the share that is corrupted is 0; it must be above 0 and at most 1/,
  );
  await assert.rejects(targetsOf(corrupt, text(5), { seed: 1, mask: MASK, vocabulary: [12, 11] }), /not in order/);
  await assert.rejects(
    corrupt({ objective: "span", ids: [1], sentinels: [9, 8], share: 0.15, mean: 3, seed: 1 }),
    /two tokens at least/,
  );
  await assert.rejects(
    corrupt({ objective: "span", ids: [1, 2, 3], sentinels: [9], share: 0.15, mean: 3, seed: 1 }),
    /take 2 sentinels, and there are 1/,
  );
  await assert.rejects(
    corrupt({ objective: "span", ids: [1, 2, 3], sentinels: [9, 8], share: 0.15, mean: 0, seed: 1 }),
    /spans of 0 tokens/,
  );
});
