import assert from "node:assert/strict";
import test from "node:test";
import { compared, divergence } from "../../../www/blocks/change/outcome.js";
import { judged } from "../../../www/blocks/feedback/sample.js";
import { words } from "../../../www/i18n.js";
import { classBars, meaningOf } from "../../../www/reading/classes.js";
import { tableOf } from "../../../www/saving/tables.js";
import { sentence } from "../../../www/sentence.js";

const say = words("en");
const logits = Float32Array.of(Math.log(3), 0);

const near = (/** @type {ArrayLike<number>} */ got, /** @type {number[]} */ want) => {
  assert.equal(got.length, want.length);
  want.forEach((number, i) => assert.ok(Math.abs(got[i] - number) < 1e-6, `${[...Array.from(got)]} is not ${want}`));
};

test("scores are shares of one, a probability each, or the numbers themselves", () => {
  near(meaningOf("softmax", logits), [0.75, 0.25]);
  near(meaningOf(null, logits), [0.75, 0.25]);
  near(meaningOf("sigmoid", logits), [0.75, 0.5]);
  near(meaningOf("sigmoid", Float32Array.of(-1000, 1000)), [0, 1]);
  near(meaningOf("numbers", Float32Array.of(-1.5, 20)), [-1.5, 20]);
  near(Array.from(meaningOf("softmax", new Float32Array(200_000))).slice(0, 1), [1 / 200_000]);
});

test("a class without a name is called by its number, and names of no class come along", () => {
  const info = /** @type {any} */ ({ labels: [null, "low"], unusedLabels: ["high"], classes: "sigmoid" });
  const { classes, kind, unused } = classBars(info, [0.25, 0.75], say);
  assert.deepEqual(classes, [
    { name: "class 0", value: 0.25, probability: 0.25 },
    { name: "low", value: 0.75, probability: 0.75 },
  ]);
  assert.deepEqual([kind, unused], ["sigmoid", ["high"]]);
});

test("what a change does to classes that are judged one by one, and to numbers", () => {
  const after = Float32Array.of(0, 0);
  near(
    compared(logits, after, 0, 2, "sigmoid").map((row) => row.before),
    [0.75, 0.5],
  );
  // Of the first class's yes and no; the second has not moved.
  near([divergence(logits, after, "sigmoid")], [0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5)]);
  near(
    compared(Float32Array.of(-1, 2), Float32Array.of(3, 2), 0, 2, "numbers").flatMap((row) => [row.before, row.after]),
    [2, 2, -1, 3],
  );
  near([divergence(Float32Array.of(-1, 2), Float32Array.of(3, 2), "numbers")], [4]);
});

test("a saved table says whether it holds probabilities or numbers", () => {
  const view = (/** @type {string} */ kind) =>
    /** @type {any} */ ({
      localName: "diorama-class-bars",
      kind,
      classes: [{ name: "valence", value: -1.5, probability: -1.5 }],
    });
  assert.deepEqual(
    [tableOf(view("numbers"))?.head, tableOf(view("sigmoid"))?.head],
    [
      ["class", "value"],
      ["class", "probability"],
    ],
  );
  assert.deepEqual(tableOf(view("numbers"))?.rows, [["valence", -1.5]]);
});

test("a judge gives its one score, its positive class against the other, or the positive class alone where classes stand by themselves", async () => {
  const one = { name: "logits", axes: ["batch", "pos", "d_vocab"], shape: [1, 2, 2], data: new Float32Array(4) };
  const writer = () =>
    /** @type {any} */ ({
      encode: async () => [{ id: 0 }],
      async *generate() {
        yield { id: 1, text: " dog" };
      },
      run: async () => ({ logits: one }),
    });
  const reward = async (/** @type {object} */ info, /** @type {number[]} */ scores) => {
    const judge = /** @type {any} */ ({
      info: { name: "judge", ...info },
      run: async () => ({ logits: { data: Float32Array.from(scores) }, activations: new Map() }),
    });
    return (await judged(writer(), judge, "the", { seed: 1, temperature: 1, maxNewTokens: 1 }, new AbortController().signal))
      .reward;
  };
  assert.equal(await reward({ labels: ["relevance"], classes: "sigmoid" }, [-1.5]), -1.5);
  assert.equal(await reward({ labels: [null], classes: "numbers" }, [2]), 2);
  assert.equal(await reward({ labels: ["positive", "negative"], classes: "softmax" }, [2, 0.5]), 1.5);
  assert.equal(await reward({ labels: ["toxic", "positive"], classes: "sigmoid" }, [2, 0.5]), 0.5);
  await assert.rejects(reward({ labels: [null, null], classes: "softmax" }, [2, 0.5]), (error) => {
    assert.match(sentence(error, say), /^judge judges no text: .*Choose another model/);
    return true;
  });
});
