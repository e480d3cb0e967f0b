// The page's tokenizer against the reference's ids and texts, over tokenizers of every published kind and long mixed texts. tests/text.rs holds the
// native command to the same file; training/golden_text.py wrote it.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { Text } from "../../../www/text/text.js";

const ROOT = new URL("../../../", import.meta.url);

/** @typedef {{ text: string, pair?: string, ids: number[], bare?: number[], decoded: string }} Case */
/** @type {Record<string, Case[]>} */
const GOLDEN = parse("tests/goldens/text/cases.json");

test("every kind of tokenizer is among the cases, and texts are long and mixed", () => {
  assert.ok(Object.keys(GOLDEN).length >= 5);
  for (const cases of Object.values(GOLDEN)) assert.ok(Math.max(...cases.map(({ text }) => text.length)) > 1900);
});

for (const [path, cases] of Object.entries(GOLDEN)) {
  const config = new URL(path.replace("tokenizer.json", "tokenizer_config.json"), ROOT);
  const tokenizer = new Text(
    parse(path),
    path.endsWith("/tokenizer.json") && existsSync(config) ? JSON.parse(readFileSync(config, "utf8")) : undefined,
  );

  test(`${path}: the same ids as the reference`, () => {
    for (const { text, pair, ids, bare } of cases) {
      assert.deepEqual(tokenizer.encode(text, pair).ids, ids, text);
      if (bare) assert.deepEqual(tokenizer.encodeBare(text), bare, text);
    }
  });

  test(`${path}: the same text as the reference`, () => {
    for (const { ids, decoded } of cases) assert.equal(tokenizer.decode(ids), decoded);
  });

  test(`${path}: a text that grows token by token never shows half a character`, () => {
    for (const { ids, decoded } of cases) {
      const replaced = decoded.includes("\uFFFD");
      let shown = "";
      for (let n = 1; n <= ids.length; n++) {
        shown = tokenizer.decodeComplete(ids.slice(0, n));
        assert.ok(replaced || !shown.includes("\uFFFD"), `${JSON.stringify(shown)} after ${n} tokens`);
      }
      assert.equal(shown, decoded);
    }
  });
}

/**
 * @param {string} path from the root
 * @returns {any}
 */
function parse(path) {
  return JSON.parse(readFileSync(new URL(path, ROOT), "utf8"));
}
