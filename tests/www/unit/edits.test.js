import assert from "node:assert/strict";
import test from "node:test";
import { NO_EDITS, carried, formatEdits, parseEdits, toggled } from "../../../www/reading/edits.js";

const MASK = 4;

test("edits survive the way through a link, and nonsense is left out", () => {
  const edits = new Map([
    [3, 4],
    [7, 120],
  ]);
  assert.equal(formatEdits(edits), "3:4,7:120");
  assert.deepEqual(parseEdits("3:4,7:120"), edits);
  assert.deepEqual(parseEdits("3:4,x:1,-2:5,9,:,1:2:3"), new Map([[3, 4]]));
  assert.deepEqual(parseEdits(""), NO_EDITS);
});

test("the gesture masks a token and shows it again", () => {
  const masked = toggled(NO_EDITS, 2, MASK, 50);
  assert.deepEqual(masked, new Map([[2, MASK]]));
  assert.deepEqual(toggled(masked, 2, MASK, 50), NO_EDITS);
});

test("a filled token is masked again before it shows what the text has", () => {
  const filled = new Map([[2, 60]]);
  const masked = toggled(filled, 2, MASK, 50);
  assert.deepEqual(masked, new Map([[2, MASK]]));
  assert.deepEqual(toggled(masked, 2, MASK, 50), NO_EDITS);
});

test("a mask token that was typed is filled and emptied, and stays", () => {
  assert.deepEqual(toggled(NO_EDITS, 2, MASK, MASK), NO_EDITS);
  assert.deepEqual(toggled(new Map([[2, 60]]), 2, MASK, MASK), NO_EDITS);
});

test("edits move along with a text that is edited around them", () => {
  const edits = new Map([
    [1, MASK],
    [4, MASK],
  ]);
  assert.deepEqual(
    carried(edits, [9, 8, 7, 6, 5, 4], [9, 8, 7, 1, 2, 6, 5, 4]),
    new Map([
      [1, MASK],
      [6, MASK],
    ]),
    "two tokens more in the middle",
  );
  assert.deepEqual(
    carried(edits, [9, 8, 7, 6, 5, 4], [9, 8, 5, 4]),
    new Map([
      [1, MASK],
      [2, MASK],
    ]),
    "two fewer",
  );
  assert.deepEqual(carried(edits, [9, 8, 7, 6, 5, 4], [9, 8, 7, 6]), new Map([[1, MASK]]), "the end cut off");
  assert.equal(carried(edits, [9, 8, 7, 6, 5, 4], [9, 8, 1, 6, 5, 4]), edits, "the same edits where nothing moves");
  assert.deepEqual(carried(edits, [9, 8, 7, 6, 5, 4], []), NO_EDITS);
});
