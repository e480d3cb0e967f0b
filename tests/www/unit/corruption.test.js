import assert from "node:assert/strict";
import test from "node:test";
import { choose, corrupt, countDeeds, coverage, epochsOf } from "../../../www/masking/corruption.js";
import { randomOf } from "../../../www/masking/random.js";

/** A text of `n` tokens between two that stand for none. @param {number} n */
function text(n) {
  const ordinary = Array.from({ length: n }, (_, i) => ({ id: 10 + i, token: `t${i}`, special: false }));
  return [{ id: 1, token: "[CLS]", special: true }, ...ordinary, { id: 2, token: "[SEP]", special: true }];
}

const MASK = 3;
const VOCABULARY = Array.from({ length: 50 }, (_, i) => 100 + i);

test("a seed brings its draws back, another draws otherwise", () => {
  const draw = (/** @type {number} */ seed) => corrupt(text(40), { random: randomOf(seed), mask: MASK, vocabulary: VOCABULARY });
  assert.deepEqual(draw(5), draw(5));
  assert.notDeepEqual(draw(5), draw(6));
});

test("15 % of the tokens are chosen, at least one, each as often as the others, never one that stands for no text", () => {
  assert.equal(choose(text(40), randomOf(1)).length, 6);
  assert.equal(choose(text(3), randomOf(1)).length, 1);
  assert.deepEqual(choose(text(0), randomOf(1)), []);
  const random = randomOf(7);
  const counts = new Array(22).fill(0);
  for (let i = 0; i < 4000; i++) {
    const places = choose(text(20), random);
    assert.deepEqual(places, [...new Set(places)].sort((a, b) => a - b));
    for (const place of places) counts[place]++;
  }
  assert.deepEqual([counts[0], counts[21]], [0, 0]);
  // 4000 draws with p = 3/20: 600 expected, standard deviation 22.6.
  for (const count of counts.slice(1, -1)) assert.ok(Math.abs(count - 600) < 113, `${count} of 600`);
});

test("80/10/10: a masked token reads the mask, a kept one itself, a random one something of the vocabulary", () => {
  const random = randomOf(11);
  const counts = { masked: 0, random: 0, kept: 0 };
  const tokens = text(100);
  for (let i = 0; i < 400; i++) {
    const targets = corrupt(tokens, { random, mask: MASK, vocabulary: VOCABULARY });
    assert.equal(targets.length, 15);
    for (const { position, deed, id } of targets) {
      if (deed === "masked") assert.equal(id, MASK);
      else if (deed === "kept") assert.equal(id, tokens[position].id);
      else assert.ok(VOCABULARY.includes(id));
    }
    for (const [deed, count] of Object.entries(countDeeds(targets))) counts[/** @type {"masked"} */ (deed)] += count;
  }
  // 6000 draws: standard deviations 31 and 23.
  assert.ok(Math.abs(counts.masked - 4800) < 155, `${counts.masked} of 4800`);
  assert.ok(Math.abs(counts.random - 600) < 117 && Math.abs(counts.kept - 600) < 117, JSON.stringify(counts));
});

test("static masking repeats its ten copies, dynamic masking does not", () => {
  const tokens = text(30);
  const fixed = epochsOf(tokens, { random: randomOf(2), copies: 10 });
  const fresh = epochsOf(tokens, { random: randomOf(2) });
  assert.deepEqual([fixed.length, fresh.length], [40, 40]);
  for (let epoch = 10; epoch < 40; epoch++) assert.deepEqual(fixed[epoch], fixed[epoch - 10]);
  assert.equal(new Set(fixed.map((places) => places.join())).size, 10);
  assert.ok(new Set(fresh.map((places) => places.join())).size > 35);
});

test("coverage grows, stands still once the copies repeat, and comes to 1 − 0.85ⁿ on average", () => {
  assert.deepEqual(coverage([[1, 2], [2, 3], [1]]), [2, 3, 3]);
  const tokens = text(100);
  const [fixed, fresh] = [10, 0].map((copies) => {
    const ends = Array.from({ length: 60 }, (_, seed) => coverage(epochsOf(tokens, { random: randomOf(seed), copies })));
    for (const seen of ends) if (copies) assert.equal(seen[9], seen[39]);
    return ends.reduce((sum, seen) => sum + seen[39], 0) / ends.length;
  });
  assert.ok(Math.abs(fixed - 100 * (1 - 0.85 ** 10)) < 2, `${fixed} of 80.3`);
  assert.ok(fresh > 99, `${fresh} of 99.8`);
});

test("neighbouring seeds have nothing to do with each other", () => {
  const firsts = Array.from({ length: 200 }, (_, seed) => randomOf(seed).below(20));
  const steps = firsts.slice(1).map((value, i) => (value - firsts[i] + 20) % 20);
  for (let step = 0; step < 20; step++) assert.ok(steps.filter((value) => value === step).length < 30, `a step of ${step}`);
});
