// Tokens and words lined up: every shipped tokenizer on texts of both languages, and what a tokenizer leaves out.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { corrupted, spansOf, tokensOfWords, wordsOf } from "../../../www/text/alignment.js";
import { Text } from "../../../www/text/text.js";

const MODELS = new URL("../../../www/models/", import.meta.url);
const read = (/** @type {string} */ name, /** @type {string} */ file) =>
  JSON.parse(readFileSync(new URL(`${name}/${file}`, MODELS), "utf8"));
const tokenizers = readdirSync(MODELS).filter((name) => existsSync(new URL(`${name}/tokenizer.json`, MODELS)));

test("words are words, marks and characters of either language, without the spaces", () => {
  assert.deepEqual(
    wordsOf("The girl's happy.").map(({ text }) => text),
    ["The", "girl's", "happy", "."],
  );
  assert.deepEqual(
    wordsOf("a  b").map(({ from, to }) => [from, to]),
    [
      [0, 1],
      [3, 4],
    ],
  );
  assert.ok(wordsOf("今天天气很好。").length >= 4);
});

for (const name of tokenizers) {
  test(`${name}: its tokens spell the words that they stand under`, () => {
    const text = new Text(
      read(name, "tokenizer.json"),
      existsSync(new URL(`${name}/tokenizer_config.json`, MODELS)) ? read(name, "tokenizer_config.json") : {},
    );
    const sentence = "The little girl is Happy, unbelievably so.";
    const tokens = text.encode(sentence).ids.map((id) => text.piece(id));
    const spans = spansOf(tokens, sentence);
    const words = wordsOf(sentence);
    const under = tokensOfWords(spans, words);
    if (["gpt2-poem", "puzzle-tiny"].includes(name))
      return assert.ok(
        under.every((found) => found.length > 0),
        "a vocabulary of Chinese characters, or of small letters, does not know these words, but stands under them",
      );
    words.forEach((word, i) => {
      assert.ok(under[i].length > 0, `"${word.text}" has no token among ${tokens.map(({ token }) => token).join(" ")}`);
      const spelled = under[i].map((token) => tokens[token].token.replace(/^##|▁/g, "")).join("");
      assert.equal(spelled.toLowerCase(), word.text.toLowerCase());
    });
    tokens.forEach(({ special, token }, i) => assert.equal(spans[i] === undefined, special, token));
  });
}

test("bytes that form a character together stand under it, and an unknown word is one token", () => {
  const piece = (/** @type {string} */ token, special = false) => ({ id: 0, token, special });
  assert.deepEqual(spansOf([piece("⟨E4 BD⟩"), piece("⟨A0⟩"), piece("b")], "你b"), [
    { from: 0, to: 1 },
    { from: 0, to: 1 },
    { from: 1, to: 2 },
  ]);
  assert.deepEqual(spansOf([piece("[CLS]", true), piece("[UNK]", true), piece("a"), piece("[SEP]", true)], "œuvre a"), [
    undefined,
    { from: 0, to: 5 },
    { from: 6, to: 7 },
    undefined,
  ]);
  assert.deepEqual(spansOf([piece("▁cafe"), piece("▁!")], "Café !"), [
    { from: 0, to: 4 },
    { from: 5, to: 6 },
  ]);
});

test("hidden words become sentinels, neighbours one of them", () => {
  const text = "The little girl is happy.";
  const words = wordsOf(text);
  const { text: gapped, words: spans } = corrupted(text, words, new Set([1, 2, 4]));
  assert.equal(gapped, "The <extra_id_0> is <extra_id_1>.");
  assert.deepEqual(
    spans.map(({ from, to }) => gapped.slice(from, to)),
    ["The", "<extra_id_0>", "<extra_id_0>", "is", "<extra_id_1>", "."],
  );
});
