// The page's tokenizer against the `tokenizers` library's ids and texts (fixtures/make_tokenizers.py), and the streaming of half-finished characters.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { NoText, Text } from "../../../www/text/text.js";
import { says } from "./checkpoint.js";

const NAMES = ["byte_level_bpe", "unigram", "byte_fallback_bpe", "byte_fallback_unigram"];

for (const name of NAMES) {
  const { tokenizer, cases } = fixture(name);
  const text = new Text(tokenizer);

  test(`${name}: the same ids as the tokenizers library`, () => {
    for (const wanted of cases) assert.deepEqual(text.encode(wanted.text).ids, wanted.ids, wanted.text);
  });

  test(`${name}: the same text as the tokenizers library`, () => {
    for (const wanted of cases) assert.equal(text.decode(wanted.ids), wanted.decoded);
  });

  test(`${name}: a growing text never shows a half-finished character, and ends whole`, () => {
    for (const { ids, decoded } of cases) {
      let before = "";
      for (let count = 1; count <= ids.length; count++) {
        const shown = text.decodeComplete(ids.slice(0, count));
        assert.ok(!shown.includes("\uFFFD"), `${JSON.stringify(shown)} after ${count} tokens`);
        assert.ok(shown.startsWith(before.trimEnd()), `${JSON.stringify(before)} became ${JSON.stringify(shown)}`);
        before = shown;
      }
      assert.equal(before, decoded);
    }
  });
}

for (const { name, tokenizer, text, ids } of parse("splitters")) {
  test(`splitting as the reference does: ${name}`, () => assert.deepEqual(new Text(tokenizer).encode(text).ids, ids));
}

test("byte-level tokens are shown as text, and cut characters as their bytes", () => {
  const { tokenizer, cases } = fixture("byte_level_bpe");
  const text = new Text(tokenizer);
  const pieces = cases.flatMap(({ ids }) => ids.map((id) => text.piece(id)));
  assert.ok(
    pieces.some(({ token }) => token.startsWith("▁")),
    "a leading space is the Unigram one",
  );
  assert.ok(
    pieces.some(({ token }) => /^⟨[0-9A-F ]+⟩$/.test(token)),
    "some emoji is cut",
  );
  assert.ok(pieces.every(({ token }) => !token.includes("\uFFFD") && !token.includes("Ġ")));
});

test("a space that the tokenizer did not put before a text stays there", () => {
  const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "never", split: true };
  const model = { type: "WordLevel", vocab: { "▁a": 0, "▁b": 1 }, unk_token: "▁a" };
  for (const decoder of [metaspace, { type: "Sequence", decoders: [metaspace] }]) {
    const text = new Text({
      version: "1.0",
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: metaspace,
      post_processor: null,
      decoder,
      model,
    });
    assert.equal(text.decode([0, 1]), " a b");
  }
});

test("special tokens are marked, and an id beyond the vocabulary has a name", () => {
  const text = new Text(fixture("unigram").tokenizer);
  assert.deepEqual(text.piece(1), { id: 1, token: "</s>", special: true });
  assert.deepEqual(text.piece(99999), { id: 99999, token: "#99999", special: false });
});

test("a tokenizer.json that is none is a sentence that names it", () => {
  for (const broken of [{}, [], { model: { type: "Feline" }, decoder: null }, { model: { type: "BPE" } }]) {
    assert.throws(
      () => new Text(broken),
      says(/^Error: tokenizer\.json cannot be read as a tokenizer \(.+\): fetch it again/),
      JSON.stringify(broken),
    );
  }
});

test("an entry that a vocabulary has twice counts twice, and both have its spelling", () => {
  const added = (/** @type {string} */ content) => ({ id: 0, content, special: true });
  const text = new Text({
    model: {
      type: "Unigram",
      unk_id: 0,
      vocab: [
        ["<unk>", 0],
        ["a", -1],
        ["a", -2],
        ["b", -1],
      ],
    },
    added_tokens: [added("<x>"), added("b")],
  });
  assert.deepEqual(text.encodeBare("ab<x>c"), [2, 3, 4, 0]);
  assert.deepEqual(
    [1, 2, 4].map((id) => text.piece(id).token),
    ["a", "a", "<x>"],
  );
});

test("a tokenizer that is nested too deeply is refused in a sentence", () => {
  const deep = (/** @type {number} */ levels) =>
    JSON.parse(
      `{"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"},"more":${"[".repeat(levels)}${"]".repeat(levels)}}`,
    );
  assert.deepEqual(new Text(deep(126)).encodeBare("a"), [0]);
  for (const levels of [127, 100_000]) assert.throws(() => new Text(deep(levels)), says(/nested more than 127 levels/));
});

test("a text that is too long for a tokenizer is refused at once and quoted short", () => {
  const model = (/** @type {string} */ piece) => ({
    type: "Unigram",
    unk_id: 0,
    vocab: [
      ["<unk>", 0],
      [piece, -1],
    ],
  });
  const long = "b".repeat(160_000);
  for (const file of [
    { model: model(long) },
    { model: { type: "WordLevel", vocab: { [long]: 0 } } },
    { model: model("a"), normalizer: "🦊".repeat(2_500_000) },
  ]) {
    const began = performance.now();
    assert.throws(
      () => new Text(file),
      says(/^Error: tokenizer\.json holds a text of [\d,]+ bytes, which begins with “.{40,90}…”/u),
    );
    assert.ok(performance.now() - began < 1000);
  }
  const text = new Text({ model: model("b".repeat(10_000)) });
  const more = "b".repeat(100_001);
  const refusals = [() => text.encode(more), () => text.encode("b", more), () => text.encodeBare(more)];
  for (const refused of refusals)
    assert.throws(refused, says(/the text that begins with .* has 100,001 bytes, and 100,000 are the most/iu));
  text.encodeData("b ".repeat(50_001));
});

test("files that do not fit together are spoken of", () => {
  const file = { model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" } };
  const said = (/** @type {object} */ config) => new Text(file, config).notices.map(({ key, values }) => [key, values]);
  assert.deepEqual(said({ tokenizer_class: "PreTrainedTokenizerFast" }), []);
  assert.deepEqual(said({ tokenizer_class: "FelineTokenizer" }), [["notice.tokenizerClass", { name: "FelineTokenizer" }]]);
  assert.deepEqual(said({ tokenizer_class: "T5Tokenizer" }), [
    ["notice.tokenizerModel", { name: "T5Tokenizer", wanted: "Unigram", found: "WordLevel" }],
  ]);
  assert.throws(
    () => new Text(file, { split_special_tokens: "yes" }),
    says(/tokenizer_config\.json has split_special_tokens "yes"/),
  );
  assert.equal(new Text(file, { mask_token: "a" }).mask, 0);
  const bert = { model: { type: "WordPiece", vocab: { "[UNK]": 0, a: 1 }, unk_token: "[UNK]" } };
  assert.equal(new Text(bert, { tokenizer_class: "BertTokenizer" }).mask, null, "a token that the class adds hides nothing");
});

test("without a tokenizer.json there are ids only", () => {
  const text = new NoText();
  assert.throws(() => text.encode(), /tokenizer\.json/);
  assert.equal(text.decodeComplete(), "");
  assert.equal(text.piece(7).token, "#7");
});

/**
 * @param {string} name
 * @returns {{ tokenizer: object, cases: { text: string, ids: number[], decoded: string }[] }}
 */
function fixture(name) {
  return parse(name);
}

/**
 * @param {string} name
 * @returns {any}
 */
function parse(name) {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"));
}
