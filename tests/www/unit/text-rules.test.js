// The small print of tokenizers: the page's against what the reference makes of one tiny tokenizer for each rule. tests/text.rs holds the native command to the
// same file; training/golden_text_rules.py wrote it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { speak, words } from "../../../www/i18n.js";
import { Text } from "../../../www/text/text.js";
import { sentence } from "../../../www/sentence.js";
import { says } from "./checkpoint.js";

await speak("zh");

/** @type {{ name: string, tokenizer: any, text: string, pair: string | null, ids: number[], segments: number[], bare: number[], written: number[], decoded: string }[]} */
const RULES = JSON.parse(readFileSync(new URL("../../goldens/text/rules.json", import.meta.url), "utf8"));

for (const { name, tokenizer, text, pair, ids, segments, bare, written, decoded } of RULES) {
  test(name, () => {
    const opened = new Text(tokenizer);
    assert.deepEqual(opened.encode(text, pair ?? undefined), { ids, tokenTypeIds: segments });
    assert.deepEqual(opened.encodeBare(text), bare);
    assert.equal(opened.decode(written), decoded);
  });
}

test("an empty second text is none", () => {
  for (const { tokenizer, text, ids, pair } of RULES) if (!pair) assert.deepEqual(new Text(tokenizer).encode(text, "").ids, ids);
});

test("bytes of whole characters stay in sight while the next one is unfinished", () => {
  const { tokenizer } = RULES.find(({ name }) => name === "bytes that make no character") ?? assert.fail();
  const text = new Text(tokenizer);
  const ids = text.encodeBare("狗狗a");
  assert.deepEqual(
    ids.map((_, i) => text.decodeComplete(ids.slice(0, i + 1))),
    ["", "", "狗", "狗", "狗", "狗狗", "狗狗a"],
  );
});

test("a stage that the page does not have is refused in one sentence that names it", () => {
  const [{ tokenizer }] = RULES;
  for (const stage of ["pre_tokenizer", "normalizer", "post_processor", "decoder", "model"]) {
    const part = { ...(stage === "model" ? tokenizer.model : {}), type: "OfTomorrow" };
    try {
      new Text({ ...tokenizer, [stage]: part });
      assert.fail(`${stage} was taken`);
    } catch (error) {
      const [en, zh] = ["en", "zh"].map((language) => sentence(error, words(language)));
      assert.match(en, new RegExp(`^tokenizer\\.json .*OfTomorrow.*${stage}.*\\.$`));
      assert.match(zh, new RegExp(`${stage}.*OfTomorrow.*。$`));
    }
  }
});

test("a tokenizer without a token for what is unknown says so of the word", () => {
  const model = { type: "WordLevel", vocab: { a: 0 }, unk_token: "<unk>" };
  const text = new Text({ model, pre_tokenizer: { type: "WhitespaceSplit" } });
  assert.deepEqual(text.encodeBare("a a"), [0, 0]);
  assert.throws(() => text.encodeBare("a 狗"), says(/no token for “狗”/));
});
