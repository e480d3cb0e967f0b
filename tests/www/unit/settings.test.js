// Settings of blocks as attributes and addresses say them.

import assert from "node:assert/strict";
import test from "node:test";
import { COMMON, give, textOf, valueOf } from "../../../www/blocks/settings.js";

/** An element with attributes, as far as settings need one. @param {import("../../../www/blocks/settings.js").Settings} defaults */
function block(defaults) {
  /** @type {Map<string, string>} */
  const attributes = new Map();
  const settings = { ...defaults };
  const element = {
    defaults,
    settings,
    setAttribute: (/** @type {string} */ name, /** @type {string} */ text) => attributes.set(name, text),
    removeAttribute: (/** @type {string} */ name) => attributes.delete(name),
  };
  return { element: /** @type {any} */ (element), attributes, settings };
}

test("an address sets what a block declares, and nothing else of the element", () => {
  const { element, attributes, settings } = block({ ...COMMON, topK: 0, all: false, text: "a" });
  for (const name of ["onclick", "style", "class", "id", "hidden", "popover", "constructor", "__proto__", "a/b", "", "TOPK"])
    give(element, name, "1");
  assert.deepEqual([...attributes], []);
  for (const [name, value] of [
    ["top-k", "3"],
    ["all", "1"],
    ["text", "b"],
  ])
    give(element, name, value);
  assert.deepEqual(
    [...attributes],
    [
      ["top-k", "3"],
      ["all", "1"],
      ["text", "b"],
    ],
  );
  assert.deepEqual([settings.topK, settings.all, settings.text], [3, true, "b"]);
  for (const name of ["topK", "all", "text"]) give(element, name, null);
  assert.deepEqual([[...attributes], settings.topK, settings.all, settings.text], [[], 0, false, "a"]);
});

test("a value that a setting cannot have is its default", () => {
  assert.deepEqual(
    ["", "x", "NaN", "Infinity", "1e309", " 7 ", "-2.5"].map((text) => valueOf("layer", text, 3)),
    [3, 3, 3, 3, 3, 7, -2.5],
  );
  assert.deepEqual(
    ["en", "constructor", "__proto__", ""].map((text) => valueOf("lang", text, "")),
    ["en", "", "", ""],
  );
  assert.deepEqual(
    ["dark", "neon"].map((text) => valueOf("theme", text, "auto")),
    ["dark", "auto"],
  );
  assert.deepEqual(
    ["cpu", "tpu"].map((text) => valueOf("device", text, "auto")),
    ["cpu", "auto"],
  );
  assert.deepEqual([valueOf("all", "", false), valueOf("all", "0", false), valueOf("all", null, false)], [true, false, false]);
  assert.deepEqual([true, false, 2, "a"].map(textOf), ["1", "0", "2", "a"]);
});
