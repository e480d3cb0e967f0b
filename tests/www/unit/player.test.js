// A text being written: what the page asks of a player while the engine is slow.

import assert from "node:assert/strict";
import test from "node:test";
import { Player } from "../../../www/reading/player.js";

/** A model of which only the tokenizer matters: it answers when it is let go on. */
function slowModel() {
  /** @type {(() => void)[]} */
  const waiting = [];
  const encode = (/** @type {string} */ text) => new Promise((resolve, reject) => waiting.push(() => (text === "no" ? reject(new Error("no")) : resolve([{ id: text.length, token: text, text, special: false }]))));
  const model = { info: { kind: "encoder-decoder", tokenizer: true, pad: 0 }, encode, pieces: async (/** @type {number[]} */ ids) => ids.map((id) => ({ id, token: "", text: "", special: true })) };
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
