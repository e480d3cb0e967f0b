import assert from "node:assert/strict";
import test from "node:test";
import { given, lengthOptions, stepOptions, untilAborted } from "../../../www/engine/options.js";

test("a cut without a temperature samples; without a cut the likeliest token is taken", () => {
  assert.equal(stepOptions({ topK: 5 }).temperature, 1);
  assert.equal(stepOptions({ topP: 0.9 }).temperature, 1);
  assert.equal(stepOptions({ topK: 5, temperature: 0 }).temperature, 0);
  assert.equal(stepOptions({ topK: 5, topP: 0.9, temperature: 0.4 }).temperature, 0.4);
  for (const options of [{}, { topK: 0, topP: 1 }, { seed: 3 }]) assert.equal("temperature" in stepOptions(options), false);
});

test("null is as good as nothing", () => {
  const nothing = /** @type {any} */ (null);
  assert.deepEqual(given({ a: 0, b: undefined, c: nothing, d: "" }), { a: 0, d: "" });
  assert.deepEqual(stepOptions({ temperature: nothing, topK: nothing, seed: nothing, capture: nothing }), {});
  assert.deepEqual(lengthOptions({ maxNewTokens: nothing, beams: nothing }), { maxNewTokens: undefined, beams: 1 });
});

test("as many tokens as have room is a number that the engine can be told", () => {
  assert.equal(lengthOptions({ maxNewTokens: Infinity }).maxNewTokens, 2 ** 32 - 1);
  assert.equal(lengthOptions({ maxNewTokens: 0 }).maxNewTokens, 0);
});

test("what fits no option is refused by its name", () => {
  for (const beams of [0, -2, 1.5, NaN, Infinity, /** @type {any} */ ("2")])
    assert.throws(() => lengthOptions({ beams }), /^Error: beams: expected a whole number from 1, got/);
  for (const maxNewTokens of [-1, 2.5, NaN])
    assert.throws(() => lengthOptions({ maxNewTokens }), /^Error: maxNewTokens: expected a whole number from 0, got/);
  for (const topK of [-1, 1.5, NaN]) assert.throws(() => stepOptions({ topK }), /^Error: topK: expected/);
  assert.throws(() => stepOptions({ seed: /** @type {any} */ ("a") }), /^Error: seed: expected a number, got "a"/);
  assert.throws(
    () => stepOptions({ capture: /** @type {any} */ ("*.hook_pattern") }),
    /^Error: capture: expected a list of hook names/,
  );
});

test("an aborted wait ends at once, with the signal's reason", async () => {
  const never = new Promise(() => {});
  assert.equal(await untilAborted(Promise.resolve(5)), 5);
  const controller = new AbortController();
  assert.equal(await untilAborted(Promise.resolve(5), controller.signal), 5);
  await assert.rejects(untilAborted(Promise.reject(new Error("no")), controller.signal), /no/);
  const waiting = untilAborted(never, controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(untilAborted(never, controller.signal), /enough/, "a signal that has aborted already");
});
