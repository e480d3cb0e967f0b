// The page's tokenizer with the files beside a tokenizer.json, against the ids, segments and texts of `AutoTokenizer`. tests/text.rs holds the native command to the
// same file; training/golden_text_published.py wrote it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Text } from "../../../www/text/text.js";

/** @typedef {{ text: string, pair: string | null, ids: number[], segments: number[], decoded: string }} Case */
/** A folder may name a tokenizer in the place of its tokenizer.json. @type {{ tokenizers: Record<string, any>, folders: { name: string, files: Record<string, any>, cases: Case[] }[] }} */
const { tokenizers: TOKENIZERS, folders: FOLDERS } = JSON.parse(
  readFileSync(new URL("../../goldens/text/published.json", import.meta.url), "utf8"),
);

for (const { name, files, cases } of FOLDERS) {
  test(`AutoTokenizer's reading: ${name}`, () => {
    const text = open(files);
    assert.deepEqual(text.notices, []);
    for (const { text: given, pair, ids, segments, decoded } of cases) {
      assert.deepEqual(text.encode(given, pair ?? undefined), { ids, tokenTypeIds: segments }, given);
      assert.equal(text.decode(ids), decoded, given);
    }
  });
}

/** @param {Record<string, any>} files by name */
function open({
  "tokenizer.json": tokenizer,
  "tokenizer_config.json": config,
  "config.json": model,
  "special_tokens_map.json": special,
  "added_tokens.json": added,
}) {
  return new Text(typeof tokenizer === "string" ? TOKENIZERS[tokenizer] : tokenizer, config, { model, special, added });
}
