// A text being written: what the page asks of a player while the engine is slow.

import assert from "node:assert/strict";
import test from "node:test";
import { Player } from "../../../www/reading/player.js";
import { Reader } from "../../../www/reading/reader.js";

/** A model of which only the tokenizer matters: it answers when it is let go on. */
function slowModel() {
  /** @type {(() => void)[]} */
  const waiting = [];
  const encode = (/** @type {string} */ text) =>
    new Promise((resolve, reject) =>
      waiting.push(() =>
        text === "no" ? reject(new Error("no")) : resolve([{ id: text.length, token: text, text, special: false }]),
      ),
    );
  const model = {
    info: { kind: "encoder-decoder", tokenizer: true, pad: 0 },
    encode,
    pieces: async (/** @type {number[]} */ ids) => ids.map((id) => ({ id, token: "", text: "", special: true })),
  };
  return { model: /** @type {any} */ (model), goOn: () => waiting.splice(0).forEach((answer) => answer()) };
}

const request = (/** @type {string} */ text) => ({ text, pair: "", prefix: "", pad: 0, edits: /** @type {any} */ ([]) });

/** A player that has read a first text. */
async function readOne() {
  const { model, goOn } = slowModel();
  const player = new Player();
  await player.use(model);
  const first = player.read(request("one"));
  goOn();
  await first;
  return { player, goOn };
}

test("who asks again for a text whose tokens are still on their way waits for them", async () => {
  const { player, goOn } = await readOne();
  player.read(request("another"));
  const again = player.read(request("another")).then(() => player.source.map(({ token }) => token));
  setTimeout(goOn, 20);
  assert.deepEqual(await again, ["another"]);
});

test("a text that could not be read may be tried again", async () => {
  const { player, goOn } = await readOne();
  for (let tries = 0; tries < 2; tries++) {
    const failing = player.read(request("no"));
    setTimeout(goOn);
    await assert.rejects(failing, /^Error: no$/);
  }
});

/** A model whose passes take until they are stopped or let go on; what it was asked, in order. */
function longModel(
  /** @type {"encoder" | "encoder-decoder" | "decoder"} */ kind,
  /** @type {number | null} */ maxPositions = null,
) {
  /** @type {string[]} */
  const asked = [];
  /** @type {(() => void)[]} */
  const waiting = [];
  const pass = (/** @type {string} */ what, /** @type {unknown} */ result, /** @type {AbortSignal | undefined} */ signal) => {
    asked.push(what);
    return new Promise((resolve, reject) => {
      waiting.push(() => resolve(result));
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  };
  const pieces = async (/** @type {number[]} */ ids) => ids.map((id) => ({ id, token: "", text: "", special: true }));
  const step = {
    id: 3,
    token: "x",
    text: "x",
    special: false,
    position: 0,
    done: kind !== "decoder",
    ms: 1,
    candidates: [],
    trace: { logits: undefined, activations: new Map() },
  };
  const generation = {
    step: (/** @type {any} */ { signal }) => pass("step", step, signal),
    peek: (/** @type {any} */ { signal }) => pass("peek", [], signal),
    back: async () => "",
    release: async () => {},
  };
  const trace = { logits: undefined, activations: new Map() };
  const model = {
    info: { kind, tokenizer: true, pad: 0, vocab: 10, mask: null, decoderStart: 0, maxPositions, hooks: [] },
    encode: async (/** @type {string} */ text) => [{ id: text.length, token: text, text, special: false }],
    pieces,
    start: async () => generation,
    run: (/** @type {any} */ { ids }, /** @type {any} */ { signal }) => pass(`run ${ids}`, trace, signal),
  };
  return { model: /** @type {any} */ (model), asked, goOn: () => waiting.splice(0).forEach((answer) => answer()) };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 10));

test("a run that is stopped while it reads the text ends, computes nothing more, and may be begun again", async () => {
  const { model, asked, goOn } = longModel("encoder-decoder");
  const player = new Player();
  await player.use(model);
  await player.read(request("one"));
  const run = player.run(0);
  await soon();
  assert.deepEqual([asked, player.running], [["step"], true]);
  player.stop();
  await run;
  assert.deepEqual([asked, player.running, player.steps.length, player.share], [["step"], false, 0, undefined]);
  const again = player.run(0);
  await soon();
  goOn();
  await soon();
  goOn();
  await again;
  assert.equal(player.text, "x");
});

test("another text ends what is computed for the one before", async () => {
  const { model, asked, goOn } = longModel("encoder-decoder");
  const player = new Player();
  await player.use(model);
  await player.read(request("one"));
  const step = player.step();
  await soon();
  await player.read(request("another"));
  await step;
  assert.deepEqual([asked, player.steps.length], [["step"], 0]);
  goOn();
});

test("a reader's newer text ends the pass of the older one, and one stopped by hand says so until it is asked again", async () => {
  const { model, asked, goOn } = longModel("encoder");
  const reader = new Reader();
  reader.use(model);
  const first = reader.read({ ...request("one"), edits: new Map() });
  await soon();
  const second = reader.read({ ...request("another"), edits: new Map() });
  await first;
  assert.equal(reader.cut, false);
  await soon();
  reader.stop();
  await second;
  assert.deepEqual([asked, reader.cut, reader.finished], [["run 3", "run 7"], true, false]);
  const again = reader.read({ ...request("another"), edits: new Map() });
  assert.equal(reader.cut, false);
  await soon();
  goOn();
  await again;
  assert.deepEqual([reader.cut, reader.finished], [false, true]);
});

test("scores of keys that a step never saw are read for whoever looks at one, once", async () => {
  const { model, asked, goOn } = longModel("encoder-decoder");
  const player = new Player();
  await player.use(model);
  await player.read(request("one"));
  assert.equal(await settle(player.step(), goOn), undefined);
  const before = asked.length;
  assert.ok(!asked.some((what) => what.startsWith("run")), "a step reads no more than it needs");
  const stopped = player.readScores();
  await soon();
  player.stop();
  await stopped;
  await settle(player.readScores(), goOn);
  assert.equal(player.readScores(), undefined, "what is read is not read again");
  assert.equal(asked.slice(before).filter((what) => what.startsWith("run")).length, 2, "what was stopped is asked again");
});

test("a text that fills the model's positions says so at a step, and keeps no token", async () => {
  const { model, asked, goOn } = longModel("decoder", 3);
  const player = new Player();
  await player.use(model);
  await player.read(request("one"));
  await settle(player.run(0), goOn);
  assert.deepEqual([player.steps.length, player.cutShort], [2, true], "one token was given, and three have a position");
  const before = asked.length;
  for (let presses = 0; presses < 2; presses++)
    await assert.rejects(player.step(), (/** @type {any} */ error) => error.key === "trouble.full" && error.values.most === 3);
  assert.deepEqual([player.steps.length, asked.length], [2, before], "nothing is kept, and nothing asked of the engine");
  await settle(player.back(), goOn);
  await settle(player.step(), goOn);
  assert.equal(player.steps.length, 2);
});

/**
 * @param {Promise<unknown> | undefined} work
 * @param {() => void} goOn
 */
async function settle(work, goOn) {
  const going = setInterval(goOn, 2);
  await work;
  clearInterval(going);
}
