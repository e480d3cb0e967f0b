// Tokenizers beside one another: bytes join into characters, a vocabulary with fewer merges is the one that had learned less, and merging by hand ends where the tokenizer does.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { mergeSteps, withMerges } from "../../../www/blocks/tokenizers/bpe.js";
import { kindOf } from "../../../www/blocks/tokenizers/library.js";
import { groups, measure } from "../../../www/blocks/tokenizers/pieces.js";
import { byteLevel } from "../../../www/text/bytes.js";
import { Text } from "../../../www/text/text.js";

const read = (/** @type {string} */ name, file = "tokenizer.json") =>
  JSON.parse(readFileSync(new URL(`../../../www/models/${name}/${file}`, import.meta.url), "utf8"));
const pieces = (/** @type {Text} */ text, /** @type {string} */ words) =>
  text.encodeBare(words).map((/** @type {number} */ id) => text.piece(id));
const CHINESE = "小狗在花园里玩得很开心。";

test("bytes of one character stand under it, and no replacement mark is ever shown", () => {
  for (const name of ["gpt2-tiny", "roberta-tiny", "llama-tiny", "llama-tiny-zh"]) {
    const joined = groups(pieces(new Text(read(name)), CHINESE));
    assert.equal(
      joined
        .map(({ text }) => text)
        .join("")
        .replace(/^▁/, ""),
      CHINESE,
      name,
    );
  }
  const [first] = groups(pieces(new Text(read("gpt2-tiny")), "狗"));
  assert.deepEqual([first.text, first.bytes, first.pieces.map(({ token }) => token)], ["狗", true, ["⟨E7⟩", "⟨8B⟩", "⟨97⟩"]]);
});

test("bytes that make no character are said to make none", () => {
  const byte = (/** @type {string} */ token) => ({ id: 0, token, special: false });
  assert.deepEqual(
    groups([byte("⟨E7 8B⟩"), byte("a")]).map(({ text, bytes }) => [text, bytes]),
    [
      [undefined, true],
      ["a", false],
    ],
  );
  assert.deepEqual(
    groups([byte("⟨E7⟩"), byte("⟨8B 97 E5⟩"), byte("⟨9C A8⟩")]).map(({ text }) => text),
    ["狗在"],
  );
  assert.deepEqual(
    groups([byte("<0xE7>"), byte("<0x8B>"), byte("<0x97>")]).map(({ text }) => text),
    ["狗"],
  );
});

test("what a text costs", () => {
  const made = measure("小狗", [
    { id: 1, token: "小", special: false },
    { id: 0, token: "[UNK]", special: false },
  ]);
  assert.deepEqual(made, { tokens: 2, unknown: 1, perCharacter: 1, perByte: 3, pairs: 4 });
});

test("all merges give the tokenizer itself, none gives bytes, and fewer never give fewer tokens", () => {
  const file = read("llama-tiny-zh");
  const whole = new Text(file);
  const words = `The little dog was happy. ${CHINESE}`;
  const count = (/** @type {number} */ merges) => new Text(withMerges(file, merges).file).encodeBare(words).length;
  assert.deepEqual(new Text(withMerges(file, file.model.merges.length).file).encodeBare(words), whole.encodeBare(words));
  assert.equal(count(0), new TextEncoder().encode(words).length);
  const counts = [0, 100, 500, 1000, 3000, file.model.merges.length].map(count);
  assert.deepEqual(
    counts,
    [...counts].sort((a, b) => b - a),
  );
  assert.equal(
    withMerges(file, 0).vocabulary + new Set(file.model.merges.map((/** @type {string[]} */ merge) => merge.join(""))).size,
    Object.keys(file.model.vocab).length,
  );
});

test("merging one pair after the other ends with the tokenizer's own tokens", () => {
  for (const name of ["gpt2-tiny", "llama-tiny-zh"]) {
    const file = read(name);
    const text = new Text(file);
    for (const word of ["together", "unbelievable", "banana", "开心", "dogs"]) {
      const steps = mergeSteps([...byteLevel(` ${word}`)], file.model.merges);
      const last = steps.at(-1)?.symbols.map((symbol) => file.model.vocab[symbol]);
      assert.deepEqual(last, text.encodeBare(` ${word}`), `${name}: ${word}`);
      const ranks = steps.slice(1).map(({ merged }) => merged?.rank ?? NaN);
      assert.ok(ranks.every((rank) => rank >= 0));
      for (let i = 1; i < steps.length; i++) assert.ok(steps[i].symbols.length < steps[i - 1].symbols.length);
    }
  }
});

test("a pair that stands twice in a word is merged in both places", () => {
  assert.deepEqual(mergeSteps([..."aaaab"], [["a", "a"]]).at(-1)?.symbols, ["aa", "aa", "b"]);
});

test("what kind of tokenizer a file holds", () => {
  const kinds = Object.fromEntries(
    ["bert-tiny", "gpt2-tiny", "t5-tiny", "gpt2-poem", "llama-tiny", "llama-tiny-zh"].map((name) => [name, kindOf(read(name))]),
  );
  assert.deepEqual(kinds, {
    "bert-tiny": "wordpiece",
    "gpt2-tiny": "bytes",
    "t5-tiny": "unigram",
    "gpt2-poem": "characters",
    "llama-tiny": "bpe",
    "llama-tiny-zh": "bytes",
  });
});
