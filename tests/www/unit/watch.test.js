// Signs of life of a worker: who is silent for long hangs, who works or is not waited for does not.

import assert from "node:assert/strict";
import test from "node:test";
import { Watch } from "../../../www/engine/watch.js";

/**
 * A worker that is watched, a look every millisecond.
 * @param {import("../../../www/engine/watch.js").Waiting[]} waiting
 * @param {(watch: Watch) => void} [answer] what it does when it is asked for a sign of life
 * @param {{ started: boolean }} [state]
 * @returns {Promise<string>} what became of it within 300 looks
 */
function fate(waiting, answer = () => {}, { started } = { started: true }) {
  return new Promise((resolve) => {
    const watch = new Watch(
      {
        waiting: () => waiting,
        ask: () => setImmediate(() => answer(watch)),
        lost: (hung) => end(hung ? "hangs" : "stands still"),
      },
      1,
    );
    const timer = setTimeout(() => end("lives"), 500);
    const end = (/** @type {string} */ told) => {
      clearTimeout(timer);
      watch.end();
      resolve(told);
    };
    watch.begin();
    if (started) watch.heard();
  });
}

const pass = { method: "run", computes: true };
const onGpu = { method: "run", computes: false };

test("a worker that gives no sign of life hangs, whatever it was asked", async () => {
  assert.deepEqual(await Promise.all([fate([pass]), fate([onGpu]), fate([{ method: "load", computes: false }])]), [
    "hangs",
    "hangs",
    "hangs",
  ]);
});

test("a worker that nobody waits for is left alone", async () => {
  assert.equal(await fate([]), "lives");
});

test("a pass that gives turns lives, one that stands still does not; a GPU takes its time", async () => {
  let turns = 0;
  assert.equal(await fate([pass], (watch) => watch.heard(++turns)), "lives");
  assert.equal(await fate([pass], (watch) => watch.heard(7)), "stands still");
  assert.equal(await fate([onGpu], (watch) => watch.heard(7)), "lives");
  assert.equal(await fate([pass, onGpu], (watch) => watch.heard(7)), "lives");
});

test("answers to calls are signs of life", async () => {
  assert.equal(await fate([pass], (watch) => watch.heard()), "lives");
});

test("a worker whose script is still on its way is waited for", async () => {
  assert.equal(await fate([pass], () => {}, { started: false }), "lives");
});
