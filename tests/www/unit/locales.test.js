import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { preferredLanguage, speak, spoken, words } from "../../../www/i18n.js";
import { sources } from "./sources.js";

const read = (/** @type {string} */ file) =>
  JSON.parse(readFileSync(new URL(`../../../www/locales/${file}.json`, import.meta.url), "utf8"));
/** What all pages have, what the page of the blocks has beside it, and what is said where no module runs. */
const [en, zh] = ["en", "zh"].map((language) => ({
  ...read(language),
  ...read(`blocks.${language}`),
  ...read(`unstarted.${language}`),
}));

test("both languages have the same keys, in the same order", () => {
  assert.deepEqual(Object.keys(zh), Object.keys(en));
});

test("both languages fill the same holes", () => {
  const holes = (/** @type {string} */ text) => [...text.matchAll(/\{(\w+)[}|]/g)].map(([, name]) => name).sort();
  for (const key of Object.keys(en)) assert.deepEqual(holes(zh[key]), holes(en[key]), key);
});

test("every key that a script asks for exists, and every key is asked for", () => {
  const asked = new Set();
  /** @type {RegExp[]} */
  const patterns = [];
  for (const { text } of sources("www")) {
    for (const [, key] of text.matchAll(/say\(\s*"([^"]+)"/g)) asked.add(key);
    for (const [, one, other] of text.matchAll(/say\([^()]*\? "([^"]+)" : (?:\w+ \? "[^"]+" : )?"([^"]+)"/g))
      asked.add(one).add(other);
    for (const [, , middle] of text.matchAll(/say\([^()]*\? "([^"]+)" : \w+ \? "([^"]+)"/g)) asked.add(middle);
    for (const [, template] of text.matchAll(/say\(`([^`]+)`/g))
      patterns.push(
        new RegExp(
          `^${template
            .split(/\$\{[^}]*\}/)
            .map((part) => part.replaceAll(".", "\\."))
            .join("[\\w.]+")}$`,
        ),
      );
    for (const [, key] of text.matchAll(/"((?:card|metric|trouble)\.(?!md")[\w.]+)"/g)) asked.add(key);
  }
  for (const key of asked) assert.ok(key in en, `"${key}" is asked for and has no words`);
  const unused = Object.keys(en).filter((key) => !asked.has(key) && !patterns.some((pattern) => pattern.test(key)));
  assert.deepEqual(unused, [], "words that nobody asks for");
});

test("Transformer, token and softmax stay as they are, and no sentence shouts", () => {
  for (const text of Object.values(zh)) assert.doesNotMatch(text, /变压器|令牌|软最大/);
  for (const text of [...Object.values(en), ...Object.values(zh)]) assert.doesNotMatch(text, /[!！]/);
});

test("English is there; another language comes when it is spoken, and until then its readers see English, never a key", async () => {
  assert.equal(speak("en"), undefined);
  assert.equal(words("zh")("source.count", { n: 3 }), "3 tokens");
  const coming = spoken("zh", () => words("zh")("tower.layer", { n: 2 }));
  assert.ok(coming instanceof Promise);
  assert.equal(await coming, "第 2 层");
  assert.equal(
    spoken("zh", () => words("zh")("tower.layer", { n: 3 })),
    "第 3 层",
    "from now on at once",
  );
});

test("holes are filled, one of something is not many, and a missing key is an error", () => {
  assert.deepEqual(
    [0, 1, 3].map((n) => words("en")("source.count", { n })),
    ["0 tokens", "1 token", "3 tokens"],
  );
  assert.equal(words("zh")("tower.layer", { n: 2 }), "第 2 层");
  assert.throws(() => words("en")("no.such.key"), /no words for "no\.such\.key"/);
});

test("the reader's first language that the page speaks", () => {
  assert.equal(preferredLanguage(["fr-FR", "zh-Hans-CN", "en"]), "zh");
  assert.equal(preferredLanguage(["en-GB"]), "en");
  assert.equal(preferredLanguage(["fr"]), "en");
});
