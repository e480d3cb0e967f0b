// What a text opens on: the word that looks hardest at another word; and the choice of heads as a link says it.

import assert from "node:assert/strict";
import test from "node:test";
import { formatHeads, parseHeads } from "../../../www/reading/heads.js";
import { heaviest, mostTelling } from "../../../www/reading/moment.js";
import { formatState, movedTo, parseState } from "../../../www/state.js";

const piece = (/** @type {string} */ token, special = false) => ({ id: 0, token, special });
const matrix = (/** @type {number[][]} */ rows) => ({
  rows: rows.length,
  columns: rows[0].length,
  data: Float32Array.from(rows.flat()),
});

test("marks, special tokens and the task before a text count for nothing, however much is looked at them", () => {
  const rows = [piece("▁J'"), piece("."), piece("</s>", true), piece("▁froid")];
  const columns = [piece("▁translate"), piece("▁cold"), piece("."), piece("</s>", true)];
  const weights = matrix([
    [0.9, 0.1, 0, 0],
    [0, 0.95, 0.05, 0],
    [0, 0.99, 0.01, 0],
    [0.1, 0.5, 0.25, 0.15],
  ]);
  assert.deepEqual(mostTelling(weights, rows, columns, { skip: 1 }), { row: 3, column: 1, weight: 0.5 });
  assert.deepEqual(mostTelling(weights, rows, columns)?.column, 0);
});

test("in a text that looks at itself, neither a word's look at itself nor at the first token counts", () => {
  const words = ["▁Once", "▁a", "▁girl"].map((token) => piece(token));
  const weights = matrix([
    [1, 0, 0],
    [0.75, 0.25, 0],
    [0.5, 0.25, 0.25],
  ]);
  assert.deepEqual(mostTelling(weights, words, words, { same: true }), { row: 2, column: 1, weight: 0.25 });
});

test("where nothing stands out there is no such place", () => {
  const words = Array.from({ length: 20 }, (_, i) => piece(`▁w${i}`));
  const even = matrix(words.map(() => words.map(() => 0.05)));
  assert.equal(mostTelling(even, words, words, { same: true }), undefined);
});

test("the heaviest cell of a row, whatever it is, and none of a row that is not there", () => {
  const weights = matrix([
    [0.25, 0.5, 0.25],
    [1, 0, 0],
  ]);
  assert.deepEqual(heaviest(weights, 0), { row: 0, column: 1, weight: 0.5 });
  assert.equal(heaviest(weights, 2), undefined);
});

test("a link says the choice of each stack; what cannot be read is left out", () => {
  const heads = parseHeads("encoder:4.1,cross:3.0,decoder:0.1,other:1.1,cross");
  assert.deepEqual(Object.fromEntries(heads), { encoder: { layer: 4, head: 1 }, cross: { layer: 3, head: 0 } });
  assert.equal(formatHeads(heads), "encoder:4.1,cross:3.0");
  assert.equal(formatState(parseState("heads=encoder:4.1,nonsense")), "heads=encoder%3A4.1");
  assert.equal(movedTo(parseState("heads=encoder:4.1"), "models/bert-tiny/").heads, "");
});
