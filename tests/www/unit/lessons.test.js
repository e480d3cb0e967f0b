// The lessons' text: both languages have the same blocks, whose tags and models exist, and every question has its answer.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { BLOCKS } from "../../../www/blocks/gallery.js";
import { LESSONS } from "../../../www/course/lessons.js";

const ROOT = new URL("../../../www/", import.meta.url);

/** @param {string} id @param {string} language */
const lesson = (id, language) => readFileSync(new URL(`lessons/${id}.${language}.html`, ROOT), "utf8");

/** @param {string} text */
const blocks = (text) => text.match(/<diorama-(?!predict)[^>]*>/g) ?? [];

/** @param {string} text */
const formulas = (text) =>
  (text.match(/\\\[[\s\S]+?\\\]/g) ?? []).map((formula) =>
    formula.replace(/\\text\{[^}]*\}/g, "").replace(/[\s.,]+(?=\\\])/, " "),
  );

for (const { id } of LESSONS) {
  test(`${id}: the same blocks, formulas and questions in both languages`, () => {
    const [en, zh] = ["en", "zh"].map((language) => lesson(id, language));
    assert.ok(blocks(en).length > 0);
    assert.deepEqual(blocks(zh), blocks(en));
    assert.deepEqual(formulas(zh), formulas(en));
    const answers = (/** @type {string} */ text) =>
      [...text.matchAll(/<diorama-predict right="(\d)">([\s\S]*?)<\/diorama-predict>/g)].map(([, right, body]) => [
        Number(right),
        body.match(/<li>/g)?.length ?? 0,
      ]);
    assert.ok(answers(en).length > 0, "something to predict");
    assert.deepEqual(answers(zh), answers(en));
    for (const [right, all] of answers(en)) assert.ok(right >= 1 && right <= all, `answer ${right} of ${all}`);
    for (const text of [en, zh]) assert.match(text, /<ol class="references">/);
  });

  test(`${id}: its blocks, models and links exist`, () => {
    for (const text of [lesson(id, "en"), lesson(id, "zh")]) {
      for (const block of blocks(text)) {
        assert.ok((block.match(/^<([\w-]+)/)?.[1] ?? "") in BLOCKS, block);
        const models = block.match(/ models?="([^"]*)"/)?.[1] ?? "";
        for (const model of models.split(" ").filter(Boolean))
          assert.ok(/^models\/.*\/$/.test(model) && existsSync(new URL(`${model}config.json`, ROOT)), `${block}: ${model}`);
      }
      for (const [, to] of text.matchAll(/href="#lesson=(\w+)/g))
        assert.ok(
          LESSONS.some(({ id }) => id === to),
          to,
        );
    }
  });
}
