// The texts for training in www/data: each has its credits, all are small, and each is what its format says.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

const FOLDER = new URL("../../../www/data/", import.meta.url);
/** @type {import("../../../www/shell/data-credits.js").Credit[]} */
const CREDITS = JSON.parse(readFileSync(new URL("credits.json", FOLDER), "utf8")).files;
const LICENSES = ["CDLA-Sharing-1.0", "CC BY 3.0", "CC BY 2.0 FR", "BSD-2-Clause", "MIT", "MIT OR Apache-2.0", "Public domain"];

/** @param {string} file */
function textOf(file) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(new URL(file, FOLDER)));
}

test("every text has its credits, every credit its text, and all together are 1.5 MB at most", () => {
  const files = readdirSync(FOLDER);
  assert.deepEqual(files.filter((file) => file.endsWith(".txt")).sort(), CREDITS.map(({ file }) => file).sort());
  assert.deepEqual(files.filter((file) => !file.endsWith(".txt")).sort(), ["README.md", "credits.json"]);
  const all = files.reduce((sum, file) => sum + readFileSync(new URL(file, FOLDER)).length, 0);
  assert.ok(all <= 1_500_000, `${all} bytes`);
});

/** What is wrong with a line, by format. @type {Record<string, (line: string, credit: import("../../../www/shell/data-credits.js").Credit) => boolean>} */
const FITS = {
  documents: () => true,
  lines: (line) => !line.includes("\t"),
  pairs: (line) => [2, 3].includes(line.split("\t").length) && line.split("\t").every((part) => part.trim() !== ""),
  labelled: (line, { classes }) => {
    const [label, text, ...more] = line.split("\t");
    return /^\d+$/.test(label) && Number(label) < (classes?.length ?? 0) && Boolean(text) && more.length === 0;
  },
};

for (const credit of CREDITS) {
  const { file, format, title, about, sources } = credit;
  test(`${file}: credits are whole, numbers true, and every line is what the format says`, () => {
    for (const told of [title, about]) assert.ok(told.en.length > 5 && /\p{Script=Han}/u.test(told.zh), file);
    assert.ok(sources.length > 0);
    for (const { name, authors, license, license_url: terms, notice } of sources) {
      assert.ok(name && authors && LICENSES.includes(license), `${file}: ${license}`);
      if (license.startsWith("CC") || license.startsWith("CDLA")) assert.ok(terms, `${file}: where the licence can be read`);
      // These ask for their text in every copy.
      if (["MIT", "BSD-2-Clause"].includes(license))
        assert.match(notice ?? "", /Copyright[\s\S]*(Permission is hereby granted|Redistribution and use)/);
    }
    const text = textOf(file);
    const lines = text.split("\n");
    assert.equal(lines.pop(), "", "the last line ends, too");
    assert.deepEqual([lines.length, new TextEncoder().encode(text).length], [credit.lines, credit.bytes]);
    assert.doesNotMatch(text, /\r|\uFEFF|\uFFFD/);
    for (const [number, line] of lines.entries())
      assert.ok(line.trim() !== "" && line === line.trimEnd() && FITS[format](line, credit), `line ${number + 1}: ${line}`);
    if (format === "documents") {
      assert.equal(lines.at(-1), "<|endoftext|>");
      for (const story of text.split("<|endoftext|>\n").slice(0, -1)) assert.ok(story.trim().length > 10, story);
    }
  });
}

test("classes are there alike, and quatrains have four lines of five or of seven characters", () => {
  for (const { file, classes } of CREDITS.filter(({ format }) => format === "labelled")) {
    const counts = (classes ?? []).map(
      (_, label) =>
        textOf(file)
          .split("\n")
          .filter((line) => line.startsWith(`${label}\t`)).length,
    );
    assert.equal(new Set(counts).size, 1, `${file}: ${counts}`);
  }
  for (const poem of textOf("quatrains.zh.txt").trim().split("\n"))
    assert.match(poem, /^(.{5}，.{5}。.{5}，.{5}。|.{7}，.{7}。.{7}，.{7}。)$/u);
});
