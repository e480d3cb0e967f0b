import assert from "node:assert/strict";
import test from "node:test";
import { best, likeliest } from "../../../www/blocks/change/lens.js";
import { compared, divergence, rowAt } from "../../../www/blocks/change/outcome.js";
import { softmax } from "../../../www/reading/sampling.js";
import { endings, textAt } from "../../../www/blocks/writing/beams.js";
import { bytesIn, cacheSizes, msIn, typical } from "../../../www/blocks/writing/cost.js";
import { iterate, leastSure, openingOf } from "../../../www/blocks/writing/iterate.js";
import { readTensors, writeTensors } from "../../../www/checkpoint/safetensors.js";

/** Logarithms of these shares. */
const logs = (/** @type {number[]} */ ...shares) => Float32Array.from(shares, Math.log);
const near = (/** @type {number} */ a, /** @type {number} */ b) => assert.ok(Math.abs(a - b) < 1e-6, `${a}, not ${b}`);

test("a beam search's endings are read off its steps, the best mean first", () => {
  const step = (/** @type {[number, number, number, "kept" | "dropped" | "finished"][]} */ ...list) =>
    list.map(([beam, id, score, fate]) => ({ beam, id, score, fate, token: String(id), special: false }));
  const tree = {
    ids: [5, 7, 1],
    text: "",
    steps: [
      step([0, 5, -1, "kept"], [0, 6, -1.5, "kept"], [0, 1, -4, "dropped"]),
      step([1, 1, -2, "finished"], [0, 7, -2.1, "kept"], [0, 8, -2.2, "kept"]),
      step([0, 1, -2.4, "finished"], [1, 1, -9, "dropped"]),
    ],
  };
  assert.deepEqual(
    endings(tree).map(({ ids, mean, won }) => [ids.join(), Math.round(mean * 100) / 100, won]),
    [
      ["5,7,1", -0.8, true],
      ["6,1", -1, false],
    ],
  );
  assert.deepEqual(textAt(tree, 5).path, [5, 8], "counted through all steps");
});

test("a cache is as large as its key/value heads are many", () => {
  const sizes = (/** @type {number} */ heads, /** @type {number} */ kvHeads) =>
    cacheSizes({ heads, cache: { kvHeads, multiQuery: 100 } }).map(
      ({ kind, bytes, present }) => `${kind} ${bytes}${present ? " *" : ""}`,
    );
  assert.deepEqual(sizes(4, 4), ["mha 400 *", "gqa 200", "mqa 100"]);
  assert.deepEqual(sizes(8, 2), ["mha 800", "gqa 200 *", "mqa 100"]);
  assert.deepEqual(sizes(1, 1), ["mha 100 *"]);
  assert.deepEqual(cacheSizes({ heads: 4, cache: null }), []);
  assert.deepEqual([999, 5120, 184320, 2.5e6].map(bytesIn), ["999 B", "5.1 kB", "184 kB", "2.5 MB"]);
  assert.deepEqual([0.123, 12.34, 123.4, NaN].map(msIn), ["0.12 ms", "12.3 ms", "123 ms", "–"]);
});

test("the least sure are hidden again, fewer each time, none at the end", () => {
  const sureness = new Map([
    [3, 0.9],
    [4, 0.1],
    [5, 0.5],
    [6, 0.1],
  ]);
  assert.deepEqual(
    [1, 2, 3, 4].map((pass) => leastSure(sureness, pass, 4)),
    [[4, 5, 6], [4, 6], [4], []],
  );
});

test("an opening ends at its first mask", () => {
  assert.equal(openingOf("The girl went to the [MASK]."), "The girl went to the");
  assert.equal(openingOf("The girl<mask> ."), "The girl");
});

test("masks behind a text cost a pass over all of it each; all at once, as many passes as rounds", async () => {
  /** Fills 10 + place, the surer the further back. */
  const model = /** @type {any} */ ({
    info: { mask: 9, maxPositions: 128 },
    encode: async () => [
      { id: 1, token: "[CLS]", special: true, segment: 0 },
      { id: 5, token: "a", special: false, segment: 0 },
      { id: 2, token: "[SEP]", special: true, segment: 0 },
    ],
    pieces: async () => [{ id: 9, token: "[MASK]", special: true }],
    fill: async (/** @type {any} */ { ids }, /** @type {any} */ { places }) => {
      for (const place of places) assert.equal(ids[place], 9, "a place that is filled was hidden");
      return {
        places: places.map((/** @type {number} */ position) => ({
          position,
          id: 10 + position,
          token: `t${position}`,
          special: false,
          candidates: [{ id: 10 + position, probability: position / 10 }],
        })),
      };
    },
  });
  const one = await iterate(model, "a", { mode: "append", count: 3, passes: 1 });
  assert.deepEqual(
    one.passes.map(({ pieces }) => pieces.map(({ id }) => id)),
    [
      [1, 5, 12, 2],
      [1, 5, 12, 13, 2],
      [1, 5, 12, 13, 14, 2],
    ],
  );
  assert.equal(one.positions, 4 + 5 + 6);
  const all = await iterate(model, "a", { mode: "refine", count: 4, passes: 2 });
  assert.equal(all.positions, 7 + 7);
  assert.deepEqual(
    all.passes.map(({ filled, masked }) => [[...filled.keys()], masked]),
    [
      [
        [2, 3, 4, 5],
        [2, 3],
      ],
      [[2, 3], []],
    ],
  );
  assert.deepEqual(
    all.written.map(({ id }) => id),
    [12, 13, 14, 15],
  );
});

test("two distributions side by side: the likeliest of both, the watched one, and how far they are apart", () => {
  const [before, after] = [logs(0.5, 0.3, 0.12, 0.08), logs(0.08, 0.3, 0.12, 0.5)];
  assert.deepEqual(
    compared(before, after, 2, 1, null).map(({ id }) => id),
    [0, 2, 3],
  );
  near(compared(before, after, 2, 1, null)[0].after, 0.08);
  near(divergence(before, after, "softmax"), 0.5 * Math.log(0.5 / 0.08) + 0.08 * Math.log(0.08 / 0.5));
  near(divergence(before, before, null), 0);
  near(softmax(before)[1], 0.3);
});

test("scores at a place of a word head, or all of a class head", () => {
  const words = { name: "logits", axes: ["batch", "pos", "d_vocab"], shape: [1, 2, 2], data: Float32Array.of(1, 2, 3, 4) };
  assert.deepEqual([...rowAt(words, 1)], [3, 4]);
  assert.deepEqual([...rowAt({ ...words, axes: ["batch", "label"], shape: [1, 2] }, 1)], [1, 2]);
});

test("the likeliest words of each position, in order, equal ones by their ids", () => {
  assert.deepEqual(best(Float32Array.of(1, 3, 2, 3), 3), [1, 3, 2]);
  assert.deepEqual(best(Float32Array.of(1), 3), [0]);
  const [, [second]] = likeliest(
    { name: "logits", axes: ["batch", "pos", "d_vocab"], shape: [1, 2, 2], data: Float32Array.of(0, 0, ...logs(0.25, 0.75)) },
    1,
  );
  assert.equal(second.id, 1);
  near(second.probability, 0.75);
});

test("arrays that are written to a file are read again", () => {
  const arrays = ["a", "blocks.0.attn.hook_z"].map((name, i) => ({
    name,
    axes: ["pos"],
    shape: [2 + i],
    data: Float32Array.from({ length: 2 + i }, (_, n) => n + i / 2),
  }));
  const read = readTensors(writeTensors(arrays).buffer);
  for (const { name, shape, data } of arrays) assert.deepEqual(read.get(name), { shape, data });
});

test("a time is typical of its rounds: the middle, or the mean where a clock counts whole milliseconds", () => {
  assert.equal(typical([0.5, 0.25, 90.5]), 0.5);
  assert.equal(typical([0.5, 0.25, 0.75, 90.5]), 0.625);
  assert.equal(typical([0, 1, 0, 0]), 0.25);
  assert.ok(Number.isNaN(typical([])));
});
