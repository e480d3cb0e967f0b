import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { speak, words } from "../../../www/i18n.js";
import { inEnglish, sentence } from "../../../www/sentence.js";
import { shown, Trouble } from "../../../www/trouble.js";

await speak("zh");

const source = (/** @type {string} */ file) =>
  readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8")
    .replace(/\\\n\s*/g, "")
    .replaceAll('\\"', '"');

/** The engine's sentences as they stand in its sources, with holes, and what fills these. @type {[string, string, string, string[]][]} */
const SENTENCES = [
  [
    "weights/table.rs",
    "weights",
    `"{}" is missing from the checkpoint; the file is incomplete or belongs to another architecture`,
    ["h.0.w"],
  ],
  [
    "weights/table.rs",
    "weights",
    `"{name}" has shape {shape}, but config.json asks for {want}; config and checkpoint belong to different models`,
    ["h.0.w", "[1, 2]", "[3, 4]"],
  ],
  [
    "weights/table.rs",
    "weights",
    `"{name}" is stored as {dtype:?}; F32, F16 and BF16 are read, so save the checkpoint as one of these`,
    ["h.0.w", "I8"],
  ],
  ["weights/mod.rs", "weights", `"{name}" holds infinities or NaNs; the checkpoint is damaged`, ["h.0.w"]],
  ["models/settings.rs", "config", `{name} {width} does not divide into {heads} heads`, ["n_embd", "35", "4"]],
  ["models/settings.rs", "config", `{name} {id} is outside the vocabulary of {vocab} tokens`, ["pad_token_id", "61", "60"]],
  [
    "models/fields.rs",
    "config",
    `{name} is {got} in config.json, which changes the model in a way that is not built in`,
    ["sliding_window", "512"],
  ],
  ["models/llama.rs", "config", `num_attention_heads {query} is no multiple of num_key_value_heads {key}`, ["6", "4"]],
  [
    "models/roberta.rs",
    "config",
    `pad_token_id {pad} leaves no position of the {positions} in max_position_embeddings: the first token's is the next after it`,
    ["1", "2"],
  ],
  [
    "models/settings.rs",
    "config",
    `{name} is {got} in {}; {wanted} is expected`,
    ["n_embd", `"wide"`, "config.json", "a whole number"],
  ],
  [
    "json.rs",
    "config",
    `{file} is not JSON ({fault}); fetch the file again`,
    ["config.json", "expected value at line 1 column 1"],
  ],
  ["models/settings.rs", "config", `{name} is 0; it must be at least 1`, ["d_model"]],
  [
    "models/settings.rs",
    "config",
    `{name} is {n}; more than {most} is not a size that this program runs`,
    ["d_ff", "99999999", "16777216"],
  ],
  ["models/encoder.rs", "config", `hidden_act "{act}" is not known`, ["swoosh"]],
  ["models/llama.rs", "config", `rope scaling "{other}" is not built in; default, linear, dynamic and llama3 are`, ["yarn"]],
  ["models/llama.rs", "config", `the rope scaling has no {name}`, ["low_freq_factor"]],
  ["generate/input.rs", "input", `id {id} is outside the vocabulary; this model's ids run from 0 to {last}`, ["61", "60"]],
  ["generate/input.rs", "input", `the text is empty; give at least one token`, []],
  ["generate/input.rs", "input", `the text has {given} tokens, but this model takes at most {limit}; shorten it`, ["513", "512"]],
  [
    "generate/input.rs",
    "input",
    `the text is full: all {limit} positions of this model are taken; go some tokens back, or begin with a shorter text`,
    ["512"],
  ],
  [
    "generate/input.rs",
    "input",
    `{source} tokens to read and {target} to write{beams} need {memory:.1} GiB for their activations, and at most {most} GiB are used; shorten the text`,
    ["90000", "1", "", "3.2", "1"],
  ],
  [
    "gpu/buffers.rs",
    "device",
    `"{label}" needs {need} MiB in one buffer, and the adapter allows {largest} MiB; choose cpu`,
    ["wte", "148", "128"],
  ],
];

test("what the engine complains of is said in the reader's language, with its numbers", () => {
  for (const [file, kind, form, fills] of SENTENCES) {
    assert.ok(source(file).includes(form), `${file} no longer says: ${form}`);
    const holes = [...fills];
    const message = `${kind}: ${form.replace(/\{[^}]*\}/g, () => holes.shift() ?? "")}`;
    const [en, zh] = ["en", "zh"].map((language) => sentence(new Error(message), words(language)));
    assert.notEqual(en, message);
    assert.match(zh, /[\u4e00-\u9fff].*。$/, message);
    const shown = kind === "input" && fills.length > 2 ? fills.slice(3) : fills.filter((fill) => fill !== "a whole number");
    for (const number of shown) assert.ok(en.includes(number) && zh.includes(number), `${en} ${zh} lack ${number}`);
  }
});

test("whatever the engine says of a config.json, no English is left in the Chinese page", () => {
  const files = readdirSync(new URL("../../../src/models", import.meta.url), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".rs"));
  const forms = files.flatMap((file) =>
    [...source(`models/${file}`).matchAll(/Error::Config\((?:format!\()?\s*"(.+?)"(?:\.into\(\))?\s*(?:[,)]|$)/gm)].map(
      ([, form]) => form,
    ),
  );
  assert.ok(forms.length > 15, `${forms.length} are found`);
  for (const form of forms) {
    const zh = sentence(
      new Error(`config: ${form.replace("{}; {wanted}", "config.json; a number").replace(/\{[^}]*\}/g, "7")}`),
      words("zh"),
    );
    assert.doesNotMatch(zh, /[a-z]+ [a-z]+ [a-z]+/, form);
    assert.doesNotMatch(zh, /undefined|不合适/, form);
  }
});

test("what a value should have been is said in the reader's language", () => {
  const wanted = [...source("models/settings.rs").matchAll(/misfit\(\w+, "(.+?)"\)/g)].map(([, wanted]) => wanted);
  assert.ok(wanted.length > 6);
  for (const kind of wanted) {
    const [en, zh] = ["en", "zh"].map((language) =>
      sentence(new Error(`config: d_ff is [1] in config.json; ${kind} is expected`), words(language)),
    );
    assert.ok(en.startsWith("d_ff is [1] in config.json, where ") && zh.startsWith("config.json 里的 d_ff 是 [1]，应为"), kind);
    assert.doesNotMatch(zh, /\ba\b|\ban\b|\bor\b/, kind);
  }
});

test("a sentence that the page does not know is shown as it is", () => {
  assert.equal(sentence(new Error("device: something new"), words("zh")), "device: something new");
});

test("of a long text a sentence quotes the beginning, and at once", () => {
  const long = "é🦊".repeat(2_500_000); // 10 MB as JavaScript holds it, more in a file
  const begun = performance.now();
  const beginning = `${"é🦊".repeat(50)}…`;
  assert.equal(shown(long), beginning);
  for (const language of ["en", "zh"]) {
    const say = words(language);
    const trouble = new Trouble("trouble.family", { type: long, types: "t5, gpt2" });
    const told = sentence(trouble, say);
    assert.ok(told.includes(beginning) && told.includes("t5, gpt2") && told.length < 600, told.slice(0, 1000));
    assert.equal(trouble.values.type, long, "what a program reads is whole");
    for (const message of [
      long,
      `config: ${long}`,
      `weights: "${long}" is missing from the checkpoint; the file is`,
      `config: ${"(".repeat(5_000_000)} is`,
    ]) {
      const told = sentence(new Error(message), say);
      assert.ok(told.length < 2100 && told.includes("…"), told.slice(0, 1000));
    }
  }
  assert.ok(inEnglish(new Trouble("trouble.class", { named: long, classes: "T5Model" })).message.includes(beginning));
  assert.ok(performance.now() - begun < 1000, `${performance.now() - begun} ms`);
});
