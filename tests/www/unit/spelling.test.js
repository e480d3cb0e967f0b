// How tokens are written: every character can be seen, and none turns its neighbours around.

import assert from "node:assert/strict";
import test from "node:test";
import { labelled, named, visible } from "../../../www/spelling.js";

test("line breaks, tabs and other control characters are signs", () => {
  assert.equal(visible("a\nb\tc"), "a⏎b⇥c");
  assert.equal(visible("\r\n"), "␍⏎");
  assert.equal(visible("\u0000\u001b\u007f\u0085"), "␀␛␡U+0085");
});

test("characters that set a direction are named, right-to-left letters stay", () => {
  assert.equal(visible("\u202eabc\u2066"), "U+202EabcU+2066");
  assert.equal(visible("مرحبا"), "مرحبا");
});

test("a joiner is named where it stands alone, and joins where it has neighbours", () => {
  assert.equal(visible("\u200d"), "U+200D");
  assert.equal(visible("👩\u200d👧"), "👩\u200d👧");
});

test("the space before a token is dropped in a label and a sign in a sentence", () => {
  assert.equal(labelled("▁cold"), "cold");
  assert.equal(labelled("▁"), "␣");
  assert.equal(labelled(undefined), "␣");
  assert.equal(named("▁cold"), "␣cold");
});
