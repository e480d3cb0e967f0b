// The page cuts a distribution as the engine does: the same candidates in the same order with the same probabilities, and the same ones kept. And the
// engine's sampling: a seed gives the same text again, only kept tokens are taken, an abort ends it, beams are replayed.

import assert from "node:assert/strict";
import test from "node:test";
import { cutDistribution } from "../../../www/reading/sampling.js";
import { browsers, visit } from "../story.js";
import { finished } from "./page.js";

/** The engine sums in f32; this is the design's bound between two ways to compute a number. */
const BOUND = 1e-4;

const CUTS = [
  { temperature: 0, topK: 0, topP: 1 },
  { temperature: 1, topK: 0, topP: 1 },
  { temperature: 0.7, topK: 4, topP: 1 },
  { temperature: 1.5, topK: 0, topP: 0.6 },
  { temperature: 1.3, topK: 6, topP: 0.5 },
];

for (const browser of browsers) {
  test(`${browser}: the page's cut of a distribution is the engine's`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      for (const cut of CUTS) {
        const steps = await generate(page, { ...cut, seed: 5, candidates: 10 }, 3);
        assert.ok(steps.length > 0);
        for (const { candidates, logits, id } of steps) {
          const mine = cutDistribution(Float32Array.from(logits), cut, 10);
          mine.forEach((candidate, rank) => {
            const theirs = candidates[rank];
            assert.equal(candidate.id, theirs.id, JSON.stringify(cut));
            assert.equal(candidate.kept, theirs.kept, `${JSON.stringify(cut)}, rank ${rank}`);
            assert.ok(
              Math.abs(candidate.probability - theirs.probability) <= BOUND,
              `${JSON.stringify(cut)}, rank ${rank}: ${candidate.probability}, engine ${theirs.probability}`,
            );
          });
          assert.ok(candidates.find((candidate) => candidate.id === id)?.kept, "only a kept token is taken");
        }
      }
    }));

  test(`${browser}: a seed repeats itself, an abort ends, beams are replayed token by token`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      const warm = { temperature: 1.5, seed: 7 };
      const ids = async (/** @type {object} */ options) => (await generate(page, options, 12)).map(({ id }) => id);
      const first = await ids(warm);
      assert.deepEqual(await ids(warm), first);
      const others = await Promise.all([8, 9, 10].map((seed) => ids({ ...warm, seed })));
      assert.ok(
        others.some((other) => other.join() !== first.join()),
        "another seed gives another text",
      );
      const { aborted, beams, search, ended } = await page.evaluate(async () => {
        const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
        const model = await loadModel("models/t5-tiny/", { device: "cpu" });
        const input = { text: "translate English to French: Thank you very much." };
        const [aborted, beams] = [[], []].map((list) => /** @type {number[]} */ (list));
        const controller = new AbortController();
        for await (const step of model.generate(input, { maxNewTokens: 20, signal: controller.signal })) {
          aborted.push(step.id);
          controller.abort();
        }
        for await (const step of model.generate(input, { maxNewTokens: 20, beams: 3 })) beams.push(step.id);
        const search = await model.beamSearch(input, { beams: 3, maxNewTokens: 20 });
        model.dispose();
        const ended = [];
        for (const device of ["cpu", "webgpu"]) {
          const model = await loadModel("models/gpt2-tiny/", { device });
          const long = { beams: 4, maxNewTokens: 120 };
          const stopping = new AbortController();
          let heard = 0;
          const onStep = (/** @type {number} */ done) => {
            heard = done;
            stopping.abort();
          };
          const why = await model.beamTree({ text: "Once" }, { ...long, signal: stopping.signal, onStep }).then(
            () => "",
            (/** @type {Error} */ error) => error.name,
          );
          const before = heard;
          // The next request: were the search going on, more of it would be heard by its end.
          const tokens = (await model.encode("Once")).length;
          const quiet = new AbortController();
          setTimeout(() => quiet.abort(), 5);
          let written = 0;
          for await (const _ of model.generate({ text: "Once" }, { ...long, maxNewTokens: 120, signal: quiet.signal })) written++;
          ended.push({ why, tokens, written, more: heard - before, steps: before });
          model.dispose();
        }
        return { aborted, beams, search, ended };
      });
      assert.equal(aborted.length, 1);
      assert.ok(beams.length > 1);
      assert.deepEqual(beams, search);
      for (const { why, tokens, written, more, steps } of ended) {
        assert.equal(why, "AbortError");
        assert.deepEqual([written, more], [0, 0], "nothing is heard of a search that was ended");
        assert.ok(tokens > 0 && steps >= 1 && steps < 120, `${steps} steps`);
      }
    }));
}

/**
 * @param {import("puppeteer-core").Page} page
 * @param {object} options
 * @param {number} maxNewTokens
 * @returns {Promise<{ id: number, candidates: import("../../../www/trace.js").Candidate[], logits: number[] }[]>}
 */
function generate(page, options, maxNewTokens) {
  return page.evaluate(
    async ({ options, maxNewTokens }) => {
      const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
      const shared = /** @type {any} */ (globalThis);
      const model = (shared.sampled ??= await loadModel("models/t5-tiny/", { device: "cpu" }));
      const steps = [];
      for await (const { id, candidates, trace } of model.generate(
        { text: "translate English to French: Thank you very much." },
        { ...options, maxNewTokens },
      )) {
        steps.push({ id, candidates, logits: Array.from(trace.logits.data) });
      }
      return steps;
    },
    { options, maxNewTokens },
  );
}
