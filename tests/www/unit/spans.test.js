import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { hidden } from "../../../www/engine/corrupting.js";
import { corruptSpans, readSpans, restore } from "../../../www/masking/spans.js";
import { initSync } from "../../../www/wasm/diorama.js";

initSync({ module: readFileSync(new URL("../../../www/wasm/diorama_bg.wasm", import.meta.url)) });

/** As a model asks its engine. @type {any} */
const corrupt = async (/** @type {any} */ corruption) => hidden(corruption);

const TEXT =
  "Once upon a time, there was a little dog who didn't like the rain, and he stayed in his house all day long with his friend.";

test("sentinels ascend in input and target, and the two restore the text", async () => {
  for (let i = 0; i < 500; i++) {
    const density = [0.15, 0.3, 0.5, 0.9][i % 4];
    const corrupted = await corruptSpans(corrupt, TEXT, { seed: i, density, mean: [1, 2, 3][i % 3] });
    assert.ok(corrupted);
    const { input, target, spans } = corrupted;
    const sentinels = spans.map((_, n) => `<extra_id_${n}>`);
    assert.deepEqual(input.match(/<extra_id_\d+>/g), sentinels);
    assert.deepEqual(target.match(/<extra_id_\d+>/g), [...sentinels, `<extra_id_${spans.length}>`]);
    assert.equal(restore(input, target), TEXT);
    assert.equal(corrupted.parts.map(({ text }) => text).join(""), TEXT);
    for (const { text } of spans) assert.match(text, /^[\p{L}\p{N}].*[\p{L}\p{N}]$|^[\p{L}\p{N}]$/u);
  }
});

test("15 % of the words are hidden, in spans of three on average, anywhere in the text", async () => {
  const long = Array.from({ length: 200 }, (_, i) => `w${i}`).join(" ");
  const hits = new Array(200).fill(0);
  for (let i = 0; i < 600; i++) {
    const corrupted = await corruptSpans(corrupt, long, { seed: i });
    assert.ok(corrupted);
    assert.equal(corrupted.hidden, 30);
    assert.equal(corrupted.spans.length, 10);
    const hidden = corrupted.spans.flatMap(({ text }) => text.split(" "));
    assert.equal(hidden.length, 30);
    for (const word of hidden) hits[Number(word.slice(1))]++;
  }
  // 90 expected in the middle; the ends are as likely to be hidden as the rest, give or take the shape of a span.
  assert.ok(hits[0] > 20 && hits[199] > 20, `${hits[0]} and ${hits[199]}`);
  const middle = hits.slice(50, 150).reduce((sum, count) => sum + count, 0) / 100;
  assert.ok(Math.abs(middle - 90) < 9, String(middle));
});

test("two spans never touch, and something always stays", async () => {
  for (let i = 0; i < 300; i++) {
    const corrupted = await corruptSpans(corrupt, "one two three four five", { seed: i, density: 0.8, mean: 1 });
    assert.ok(corrupted);
    assert.doesNotMatch(corrupted.input, /><|> </);
    assert.ok(corrupted.hidden < corrupted.words);
  }
});

test("fewer than two words leave no room", async () => {
  assert.equal(await corruptSpans(corrupt, "one", { seed: 1 }), undefined);
  assert.equal(await corruptSpans(corrupt, " … ", { seed: 1 }), undefined);
});

test("an answer is read by its sentinels, whatever it lacks", () => {
  assert.deepEqual(
    [...readSpans("<extra_id_0> sat down <extra_id_1> mat <extra_id_2>")],
    [
      ["<extra_id_0>", "sat down"],
      ["<extra_id_1>", "mat"],
      ["<extra_id_2>", ""],
    ],
  );
  assert.deepEqual([...readSpans("no sentinel")], []);
});
