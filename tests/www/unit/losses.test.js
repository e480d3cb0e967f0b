// What is asked of an engine that is lost every time, and what crosses between worker and page.

import assert from "node:assert/strict";
import test from "node:test";
import { buffersOf } from "../../../www/engine/buffers.js";
import { Generation, Replay } from "../../../www/engine/generation.js";
import { EngineLost } from "../../../www/engine/loss.js";
import { search } from "../../../www/engine/search.js";

/** A model whose engine is lost whenever it is asked for this. @param {string[]} fatal */
function losing(fatal) {
  const asked = { losses: 0 };
  let epoch = 0;
  const call = async (/** @type {string} */ method) => {
    if (fatal.includes(method)) {
      asked.losses++;
      epoch++;
      throw new Replay(new EngineLost("The worker stopped: unreachable.", "engine"));
    }
    return method === "start" ? { session: 1, source: [] } : 1;
  };
  return { call, epochOf: () => epoch, asked };
}

test("an engine that is lost every time is given up, and the error says why", async () => {
  const { call, epochOf, asked } = losing(["steps", "peek"]);
  const generation = new Generation(call, epochOf, { ids: [1] }, { session: 1, source: [], epoch: 0 });
  await assert.rejects(
    generation.peek(),
    /^Error: The worker stopped: unreachable\.$|^EngineLost: The worker stopped: unreachable\.$/,
  );
  assert.equal(asked.losses, 3);
  await assert.rejects(generation.step(), /The worker stopped: unreachable\./);
  assert.equal(asked.losses, 6);
});

test("so is one that is lost by a search", async () => {
  const { call, epochOf, asked } = losing(["look"]);
  await assert.rejects(search(call, epochOf, { ids: [1] }, { beams: 2, maxNewTokens: 4 }), /The worker stopped: unreachable\./);
  assert.equal(asked.losses, 3);
});

test("an engine that is replaced on purpose is no loss, and no error is without a message", async () => {
  let replaced = 0;
  const call = async (/** @type {string} */ method) => {
    if (method === "peek" && replaced++ < 9) throw new Replay();
    return method === "peek" ? ["a candidate"] : { session: 1, source: [] };
  };
  const generation = new Generation(call, () => 0, { ids: [1] }, { session: 1, source: [], epoch: 0 });
  assert.deepEqual(await generation.peek(), ["a candidate"]);
  assert.notEqual(new Replay().message, "");
});

test("arrays are found wherever they stand, each once, in a time that grows with their number", () => {
  const [a, b] = [new Float32Array(3), new Uint8Array(2)];
  assert.deepEqual(buffersOf({ a, list: [{ again: new Float32Array(a.buffer, 4) }, [b], null, "text"] }), [a.buffer, b.buffer]);
  const many = Array.from({ length: 200 }, () => Array.from({ length: 100 }, () => ({ shape: [1], data: new Float32Array(1) })));
  const start = performance.now();
  assert.equal(buffersOf(many).length, 20_000);
  // Some 10 ms; copying all that was found at each array took seconds.
  assert.ok(performance.now() - start < 1000);
});
