// The page of the blocks names each of them once, in both languages; and the guide to embedding says the same in both, of all settings that every block has.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { BLOCKS } from "../../../www/blocks/gallery.js";
import { COMMON, HIDEABLE } from "../../../www/blocks/settings.js";
import { SHELVES, keyOf } from "../../../www/showcase/shelves.js";
import { wordsOf } from "../../../www/showcase/words.js";

const tags = SHELVES.flatMap(({ tags }) => tags);

test("every block stands on one shelf", () => assert.deepEqual(tags.toSorted(), Object.keys(BLOCKS).toSorted()));

for (const language of ["en", "zh"]) {
  test(`every shelf and block has its words: ${language}`, () => {
    const say = wordsOf(language);
    for (const { id } of SHELVES) assert.ok(say(`blocks.shelf.${id}`));
    for (const tag of tags) assert.match(say(`blocks.line.${keyOf(tag)}`), /[.。]$/, say(`blocks.name.${keyOf(tag)}`));
    const names = tags.map((tag) => say(`blocks.name.${keyOf(tag)}`));
    assert.equal(new Set(names).size, names.length, "no two blocks are called the same");
  });
}

const [en, zh] = ["embedding.md", "embedding.zh.md"].map((file) =>
  readFileSync(new URL(`../../../docs/${file}`, import.meta.url), "utf8"),
);

test("the guide has the same parts in both languages, and the same code", () => {
  const shape = (/** @type {string} */ text) =>
    text
      .split("\n")
      .filter((line) => /^(#|\||```)/.test(line))
      .map((line) => line.match(/^#+|^\| `[^`]*`|^\||^```\w*/)?.[0]);
  assert.deepEqual(shape(zh), shape(en));
  const code = (/** @type {string} */ text) =>
    [...text.matchAll(/```\w+\n([\s\S]*?)```/g)].map(([, code]) => code.replace("lang=zh", "lang=en"));
  assert.deepEqual(code(zh), code(en));
});

test("the guide names the settings of every block", () => {
  for (const setting of Object.keys(COMMON)) assert.match(en, new RegExp(`^\\| \`${setting}\` \\|`, "m"));
});

for (const tag of tags) {
  test(`<${tag}> says which of its parts can be left out, and leaves out no other`, () => {
    const source = readFileSync(new URL(`../../../www/blocks/${tag.replace("diorama-", "")}.js`, import.meta.url), "utf8");
    const declared = source.match(/static hideable = \[([^\]]*)\];/)?.[1] ?? "";
    const obeyed = [...source.matchAll(/\.hides\("(\w+)"\)/g)].map(([, part]) => part);
    assert.deepEqual([...declared.matchAll(/"(\w+)"/g)].map(([, part]) => part).toSorted(), [...new Set(obeyed)].toSorted());
  });
}

test("no file beside a block's own asks for a part that only the block can name", () => {
  const folder = new URL("../../../www/blocks/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".js") && !tags.includes(`diorama-${file.replace(/\.js$/, "")}`),
  );
  const asked = files.flatMap((file) =>
    [...readFileSync(new URL(file, folder), "utf8").matchAll(/\.hides\("(\w+)"\)/g)].map(([, part]) => part),
  );
  assert.deepEqual([...new Set(asked)].toSorted(), HIDEABLE.toSorted());
});
