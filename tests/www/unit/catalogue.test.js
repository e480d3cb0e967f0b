import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import test from "node:test";
import { SHIPPED, addressIn, shippedAt } from "../../../www/catalogue.js";
import { speak, words } from "../../../www/i18n.js";
import { DEFAULTS, defaultsOf } from "../../../www/state.js";
import { NAMES } from "../../../www/shell/card.js";
import { isExample, tasksOf } from "../../../www/reading/tasks.js";

await speak("zh");

/** Measures whose names are the same in every language. */
const NAMES_ALIKE = ["chrF", "BLEU", "ROC AUC"];
const FOLDER = new URL("../../../www/models/", import.meta.url);

test("the catalogue lists the models that are there, and no others", () => {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(SHIPPED.map(({ name }) => name).sort(), folders.map(({ name }) => name).sort());
});

test("no model has more than 4 MB of weights, and all together have 29 at most", () => {
  for (const { name, bytes } of SHIPPED) assert.ok(bytes <= 4_000_000, `${name}: ${bytes}`);
  const all = SHIPPED.reduce((sum, { bytes }) => sum + bytes, 0);
  assert.ok(all <= 29_000_000, `${all}`);
});

for (const { name, kind, parameters, bytes, line, begin = {} } of SHIPPED) {
  test(`${name}: its size is true, it has words and examples, and it begins with one of them`, () => {
    const weights = new URL(`${name}/model.safetensors`, FOLDER);
    assert.equal(statSync(weights).size, bytes);
    assert.equal(numbersIn(readFileSync(weights)), parameters);
    for (const language of ["en", "zh"]) assert.ok(words(language)(`models.${line}`).length > 5);
    const { metrics, phenomena = [] } = JSON.parse(readFileSync(new URL(`${name}/metrics.json`, FOLDER), "utf8"));
    for (const { task, metric } of metrics)
      assert.ok(task in NAMES && (metric in NAMES || NAMES_ALIKE.includes(metric)), `${task}, ${metric}`);
    assert.ok(readFileSync(new URL(`${name}/card.md`, FOLDER), "utf8").startsWith(`# ${name}\n`));
    const [seen] = phenomena;
    if (seen)
      assert.deepEqual(
        [begin.layer, begin.head],
        [seen.layer, seen.head],
        "the page begins with the head that the card names first",
      );
    const [task] = tasksOf(name, kind);
    const { text, pair, layer, head, task: id } = defaultsOf(addressIn(name));
    if (seen) assert.deepEqual([layer, head], [seen.layer, seen.head]);
    assert.deepEqual([id, text, pair], [task.id, task.examples[0].text, task.examples[0].pair]);
    for (const one of tasksOf(name, kind)) for (const example of one.examples) assert.ok(isExample(example.text));
  });
}

test("a model is known by its address, with or without the last slash", () => {
  assert.equal(shippedAt("models/t5-tiny/")?.name, "t5-tiny");
  assert.equal(shippedAt("models/t5-tiny")?.name, "t5-tiny");
  assert.equal(shippedAt("models/nowhere/"), undefined);
  assert.equal(shippedAt("elsewhere/models/t5-tiny/"), undefined);
});

test("the first model's defaults are the page's", () => {
  assert.deepEqual(defaultsOf(DEFAULTS.model), DEFAULTS);
});

/**
 * How many numbers a safetensors file holds.
 * @param {Buffer} bytes
 */
function numbersIn(bytes) {
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...tensors } = JSON.parse(bytes.subarray(8, 8 + length).toString("utf8"));
  return Object.values(tensors).reduce(
    (sum, { shape }) => sum + shape.reduce((/** @type {number} */ product, /** @type {number} */ n) => product * n, 1),
    0,
  );
}
