import assert from "node:assert/strict";
import test from "node:test";
import { fillGaps } from "../../../www/shell/fill.js";

const tokens = (/** @type {string[]} */ ...list) => list.map((token) => ({ token, special: token.startsWith("<") }));
const read = (/** @type {ReturnType<typeof fillGaps>} */ parts) =>
  parts?.map(({ text, filled }) => (filled ? `[${text}]` : text)).join("");

test("each gap takes what was written after its sentinel", () => {
  const written = tokens("<extra_id_0>", "▁ran", "▁a", "way", "<extra_id_1>", "▁dog", "<extra_id_2>", "</s>");
  assert.equal(read(fillGaps("He <extra_id_0> from the <extra_id_1>.", written)), "He [ran away] from the [dog].");
});

test("a gap not yet reached keeps its sentinel", () => {
  assert.equal(read(fillGaps("A <extra_id_0> b <extra_id_1>", tokens("<extra_id_0>", "▁x"))), "A [x] b <extra_id_1>");
});

test("a text without gaps is left to be shown as it was written", () => {
  assert.equal(fillGaps("No gap.", tokens("▁x")), undefined);
});
