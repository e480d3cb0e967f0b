// Patterns of a tokenizer.json: those that a browser's engine may take hours for are run step by step, with the same matches.

import assert from "node:assert/strict";
import test from "node:test";
import { mayTakeLong, parse } from "../../../www/text/pattern-syntax.js";
import { LinearPattern } from "../../../www/text/linear.js";
import { replaced } from "../../../www/text/patterns.js";
import { splitText } from "../../../www/text/splits.js";
import { Text } from "../../../www/text/text.js";
import { says } from "./checkpoint.js";

const SLOW = ["(a+)+$", "x?(a+)+$", "(a|a)*b", "(?:a*)*b", "(a{1,20}){1,20}$", "a*a*a*b", "(?=(a+)+b)a", "(?:(?:a|b)+c?)+d"];
const USUAL = [
  "\\s+",
  "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "[\\p{Lu}\\p{M}]*[\\p{Ll}\\p{M}]+(?:'s|'t|'re)?",
  ".",
  "a(?=b)",
];

test("patterns that may take long are told from the usual ones", () => {
  for (const source of SLOW) assert.ok(mayTakeLong(parse(new RegExp(source, "gu"))), source);
  for (const source of USUAL) assert.ok(!mayTakeLong(parse(new RegExp(source, "gu"))), source);
});

test("a slow pattern ends at once", () => {
  for (const source of SLOW)
    assert.ok(Array.isArray([..."x".repeat(3), ...`${"a".repeat(1500)}!`.matchAll(linear(source))]), source);
});

test("step by step, the matches are the browser's", () => {
  const texts = ["", "aaab", "xaab aba!", "aXb12 'll  \n\n a🦊🦊b", "bbaa\nab cd", "abcabcabd"];
  const more = [
    "(?:ab|a)(?:c|bcd)*",
    "a+?b|b*?a",
    "(?<=a)b+",
    "(?<!a)b|^a",
    "\\b\\p{L}+\\b",
    "[^ab\\]]+",
    "(?:)",
    "a{2}|b{1,2}",
    "\\u{1F98A}+|\\d{2,}",
    "(?<name>a)b",
    "a*?$",
    "(?!a)\\w",
  ];
  for (const source of [...SLOW, ...USUAL, ...more]) {
    for (const text of texts) {
      const found = (/** @type {any} */ pattern) => Array.from(text.matchAll(pattern), ({ 0: match, index }) => [match, index]);
      assert.deepEqual(found(linear(source)), found(new RegExp(source, "gu")), `${source} in ${JSON.stringify(text)}`);
      assert.equal(
        text.replaceAll(linear(source), () => "·"),
        text.replaceAll(new RegExp(source, "gu"), () => "·"),
        source,
      );
      assert.equal(text.search(linear(source)), text.search(new RegExp(source, "gu")), source);
    }
  }
});

test("a tokenizer with a slow pattern answers, or says that the pattern takes too long", () => {
  const model = { type: "WordLevel", vocab: { "<unk>": 0, "!": 1 }, unk_token: "<unk>" };
  const split = (/** @type {string} */ pattern) => ({
    type: "Split",
    pattern: { Regex: pattern },
    behavior: "Isolated",
    invert: false,
  });
  const slow = new Text({
    model,
    pre_tokenizer: split("(a+)+$"),
    normalizer: { type: "Replace", pattern: { Regex: "(a|a)*b" }, content: "" },
  });
  assert.deepEqual(slow.encodeBare(`${"a".repeat(1500)}!`), [0]);
  assert.throws(() => new Text({ model, pre_tokenizer: split("(a+)\\1+$") }), says(/the pattern .* takes too long/));
  assert.throws(() => slow.encodeData("a".repeat(10_000_000)), says(/the pattern .* takes too long/));
});

test("a part of a pattern that its translation would drop is refused", () => {
  const vocab = { "<unk>": 0, x: 1, "##x": 2, e: 3, "##e": 4 };
  const model = { type: "WordPiece", vocab, unk_token: "<unk>", continuing_subword_prefix: "##", max_input_chars_per_word: 100 };
  const open = (/** @type {string} */ pattern) =>
    new Text({ model, normalizer: { type: "Replace", pattern: { Regex: pattern }, content: "x" } });
  for (const [pattern, part] of [
    ["(?>a|ab)c", "(?>"],
    ["b(?:\\((?>a))", "(?>"],
    ["\\G.", "\\G"],
    ["(?:ab)++c", ")++"],
  ]) {
    assert.throws(
      () => open(pattern),
      (/** @type {any} */ fault) => fault.key === "trouble.tokenizerPart" && fault.values.part === part,
      pattern,
    );
  }
  assert.deepEqual(open("\\(\\?>|[(?>\\]]{2}|\\\\G").encodeBare("e(?>e(>\\Ge"), [3, 2, 4, 2, 2, 4]);
});

test("a place that holds nothing is found once, and never inside a character", () => {
  const texts = (/** @type {string} */ pattern, /** @type {string} */ text) => replaced(text, new RegExp(pattern, "gu"), "·");
  assert.equal(texts("(?:(?<![^])|(?<=\\n))", "🦊🦊\n🦊"), "·🦊🦊\n·🦊");
  assert.equal(texts("(?![^])", "🦊🦊"), "🦊🦊·");
  assert.equal(texts("a*", "baab🦊"), "·b·b·🦊·");
  assert.deepEqual(splitText("🦊🦊a", /(?<![^])/gu, "Isolated"), ["🦊🦊a"]);
});

/** @param {string} source */
function linear(source) {
  return /** @type {RegExp} */ (/** @type {unknown} */ (new LinearPattern(new RegExp(source, "gu"))));
}
