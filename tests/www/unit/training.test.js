// What training is asked for, what a probe's labels are, and how workers exchange their shares.

import assert from "node:assert/strict";
import test from "node:test";
import { Peers } from "../../../www/engine/training/peers.js";
import { arrays, engineOptions, workersFor } from "../../../www/engine/training/options.js";
import { probeBatch } from "../../../www/engine/training/probe.js";
import { freshOf } from "../../../www/engine/training/fresh.js";
import { characterTokenizer, wordTokenizer } from "../../../www/text/made.js";
import { Text } from "../../../www/text/text.js";

test("options have their usual values, and what is not known is refused", async () => {
  const { options, data, workers } = await engineOptions({ objective: "clm", data: "a text", optimizer: { lr: 0.1 } });
  assert.deepEqual(options, {
    objective: "clm",
    batch: 16,
    context: 64,
    heldOut: 0.05,
    schedule: "constant",
    warmup: 0,
    clip: 1,
    seed: 0,
    dropout: 0,
    joint: false,
    optimizer: { lr: 0.1 },
  });
  assert.deepEqual([data, workers], [{ text: "a text" }, "auto"]);
  await assert.rejects(
    engineOptions(/** @type {any} */ ({ data: "a text", learningRate: 1 })),
    /"learningRate" is not known; there are objective/,
  );
  await assert.rejects(engineOptions({ data: "a text", workers: 0 }), /^Error: workers: expected/);
  await assert.rejects(
    engineOptions(/** @type {any} */ ({ data: "a text", generator: "electra" })),
    /^Error: generator: expected a loaded model/,
  );
  await assert.rejects(engineOptions(/** @type {any} */ ({ data: 5 })), /^Error: data: expected/);
});

test("data may be a file, a task or batches", async () => {
  assert.deepEqual((await engineOptions({ data: new Blob(["words"]) })).data, { text: "words" });
  assert.deepEqual((await engineOptions({ data: { task: "copy", length: 3 } })).data, { task: { task: "copy", length: 3 } });
  assert.deepEqual(
    (
      await engineOptions({
        data: {
          batches: [
            {
              input_ids: [
                [1, 2],
                [3, 4],
              ],
              labels: [0, 1],
            },
          ],
        },
      })
    ).data,
    {
      batches: [{ input_ids: { shape: [2, 2], data: [1, 2, 3, 4] }, labels: { shape: [2], data: [0, 1] } }],
    },
  );
  assert.throws(() => arrays({ input_ids: [[1], [2, 3]] }), /rows have 1 and 2 numbers/);
});

test("as many workers as there are cores and texts", () => {
  assert.equal(workersFor("auto", 16, 2), 2);
  assert.equal(workersFor("auto", 16, 4), 3);
  assert.equal(workersFor("auto", 16, 64), 8);
  assert.equal(workersFor("auto", 1, 64), 1);
  assert.equal(workersFor(12, 64, 1), 12);
});

test("a probe's labels are its own text where there is one to say", () => {
  const info = (/** @type {string} */ kind, /** @type {string[]} */ axes) => ({
    kind,
    eos: [1],
    hooks: [{ name: "logits", axes }],
  });
  const words = ["batch", "pos", "d_vocab"];
  assert.deepEqual(probeBatch({ ids: [5, 6] }, undefined, info("decoder", words)).labels, { shape: [1, 2], data: [5, 6] });
  assert.deepEqual(probeBatch({ ids: [5, 6], decoderIds: [0, 7, 8] }, undefined, info("encoder-decoder", words)).labels, {
    shape: [1, 3],
    data: [7, 8, 1],
  });
  assert.deepEqual(probeBatch({ ids: [5, 6] }, [-100, 9], info("encoder", words)).labels, { shape: [1, 2], data: [-100, 9] });
  assert.deepEqual(probeBatch({ ids: [5, 6] }, 1, info("encoder", ["batch", "label"])).labels, { shape: [1], data: [1] });
  assert.throws(() => probeBatch({ ids: [5, 6] }, undefined, info("encoder", ["batch", "label"])), /give labels/);
});

test("a new model's files may be objects, texts or files", async () => {
  const config = { model_type: "gpt2" };
  for (const given of [config, JSON.stringify(config), new Blob([JSON.stringify(config)])])
    assert.deepEqual(JSON.parse((await freshOf({ config: given })).config), config);
  assert.deepEqual((await freshOf({ config, tokenizer: '{"model":{}}' })).tokenizer, { model: {} });
  await assert.rejects(freshOf({ config, tokenizer: "[1]" }), /trouble.json/);
  await assert.rejects(freshOf(/** @type {any} */ ({})), /^Error: config: expected/);
});

test("shares come in the order of the ranks, however they arrive; a wait that is stopped ends", async () => {
  const { port1, port2 } = new MessageChannel();
  const [first, second] = [new Peers(0, [port1]), new Peers(1, [port2])];
  const [a, b] = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
  const [seen, alsoSeen] = await Promise.all([first.exchange(0, a), second.exchange(0, b)]);
  assert.deepEqual(
    [seen, alsoSeen],
    [
      [a, b],
      [a, b],
    ],
  );
  assert.deepEqual([...a], [1, 2], "one's own share stays");
  const stop = new AbortController();
  const waiting = first.exchange(1, a, stop.signal);
  stop.abort(new Error("gone"));
  await assert.rejects(waiting, /gone/);
  first.close();
  second.close();
});

test("a text's characters, and a task's words, are tokens that come back as they were", () => {
  const story = "Es war\neinmal – 从前。\n";
  const characters = new Text(characterTokenizer(story));
  assert.equal(characters.decode(characters.encodeBare(story)), story);
  assert.deepEqual(characters.encodeBare("e!"), [characters.idOf("e"), 2]);
  assert.deepEqual(
    ["<pad>", "</s>", "<unk>"].map((token) => characters.idOf(token)),
    [0, 1, 2],
  );
  const words = new Text(wordTokenizer(["<pad>", "</s>", "a", "b", "="]));
  assert.deepEqual(words.encodeBare("b a ="), [3, 2, 4]);
  assert.equal(words.decode([3, 2, 4]), "b a =");
});
