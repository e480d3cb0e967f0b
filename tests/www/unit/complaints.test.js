import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { words } from "../../../www/i18n.js";
import { sentence } from "../../../www/sentence.js";

const source = (/** @type {string} */ file) => readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8").replace(/\\\n\s*/g, "").replaceAll('\\"', '"');

/** The engine's sentences as they stand in its sources, with holes, and what fills these. @type {[string, string, string, string[]][]} */
const SENTENCES = [
  ["weights/mod.rs", "weights", `"{}" is missing from the checkpoint; the file is incomplete or belongs to another architecture`, ["h.0.w"]],
  ["weights/mod.rs", "weights", `"{name}" has shape {:?}, but config.json asks for {want:?}; config and checkpoint belong to different models`, ["h.0.w", "[1, 2]", "[3, 4]"]],
  ["weights/mod.rs", "weights", `"{name}" is stored as {other:?}; F32, F16 and BF16 are read, so save the checkpoint as one of these`, ["h.0.w", "I8"]],
  ["weights/mod.rs", "weights", `"{name}" holds infinities or NaNs; the checkpoint is damaged`, ["h.0.w"]],
  ["models/gpt2.rs", "config", `n_embd {} does not divide into {} heads`, ["35", "4"]],
  ["generate/input.rs", "input", `id {id} is outside the vocabulary; this model's ids run from 0 to {last}`, ["61", "60"]],
  ["generate/input.rs", "input", `the text is empty; give at least one token`, []],
  ["generate/input.rs", "input", `the text has {longest} tokens, but this model takes at most {limit}; shorten it`, ["513", "512"]],
  ["generate/input.rs", "input", `{source} tokens to read and {target} to write{beams} need {memory:.1} GiB for their activations, and at most {MOST_MEMORY} GiB are used; shorten the text`, ["90000", "1", "", "3.2", "1"]],
  ["gpu/buffers.rs", "device", `"{label}" needs {need} MiB in one buffer, and the adapter allows {largest} MiB; choose cpu`, ["wte", "148", "128"]],
];

test("what the engine complains of is said in the reader's language, with its numbers", () => {
  for (const [file, kind, form, fills] of SENTENCES) {
    assert.ok(source(file).includes(form), `${file} no longer says: ${form}`);
    const holes = [...fills];
    const message = `${kind}: ${form.replace(/\{[^}]*\}/g, () => holes.shift() ?? "")}`;
    const [en, zh] = ["en", "zh"].map((language) => sentence(new Error(message), words(language)));
    assert.notEqual(en, message);
    assert.match(zh, /[\u4e00-\u9fff].*。$/, message);
    const shown = kind === "input" && fills.length > 2 ? fills.slice(3) : fills;
    for (const number of shown) assert.ok(en.includes(number) && zh.includes(number), `${en} ${zh} lack ${number}`);
  }
});

test("a sentence that the page does not know is shown as it is", () => {
  assert.equal(sentence(new Error("device: something new"), words("zh")), "device: something new");
});
