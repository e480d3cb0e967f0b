// The blocks about generation: what they show is what the module computes for the same tokens, in both browsers.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { accessible, pressIn, settled, stopped } from "./block.js";

const PROMPT = "Once upon a time";
/** The design's bound between two ways to compute a number. */
const BOUND = 1e-4;

for (const browser of browsers) {
  test(`${browser}: a tree of paths shows the model's own probabilities, grows, goes back, and comes back by its link`, () =>
    visit(browser, "embed.html#block=branches&device=cpu&max=4", async (page) => {
      const tag = "diorama-branches";
      await settled(page, tag, "diorama-candidates");
      await accessible(page);
      const first = await shownPaths(page);
      assert.ok(first.length > 1, "the example has branches");
      await same(page, first);

      await pressIn(page, tag, "Step");
      await settled(page, tag, "diorama-candidates");
      await page.focus(`${tag} >>> [aria-selected="true"]`);
      await page.keyboard.press("ArrowRight");
      await settled(page, tag, "diorama-candidates");
      await pressIn(page, tag, "Draw ×5");
      await settled(page, tag, "diorama-candidates");
      const grown = await shownPaths(page);
      assert.ok(grown.length > first.length);
      await same(page, grown);

      // A candidate that nobody took yet begins a branch; what is pruned comes back.
      await page.evaluate(() =>
        [
          .../** @type {any} */ (document)
            .querySelector("diorama-branches")
            .shadowRoot.querySelector("diorama-candidates")
            .shadowRoot.querySelectorAll("button"),
        ]
          .at(-1)
          .click(),
      );
      await settled(page, tag, "diorama-candidates");
      const branched = await shownPaths(page);
      assert.equal(branched.length, grown.length + 1);
      await page.focus(`${tag} >>> [aria-selected="true"]`);
      await page.keyboard.press("Delete");
      await settled(page, tag, "diorama-candidates");
      assert.equal((await shownPaths(page)).length, grown.length);
      await pressIn(page, tag, "Undo");
      await settled(page, tag, "diorama-candidates");
      assert.deepEqual(ids(await shownPaths(page)), ids(branched));

      // The same tree once more, by what stands in the link.
      const tree = await page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get("tree"));
      await page.evaluate((tree) => {
        const again = document.createElement("diorama-branches");
        Object.entries({ device: "cpu", tree: tree ?? "" }).forEach(([name, value]) => again.setAttribute(name, value));
        document.body.replaceChildren(again);
      }, tree);
      await settled(page, tag, "diorama-candidates");
      assert.deepEqual(ids(await shownPaths(page)), ids(branched));
    }));

  test(`${browser}: the beams that are shown are those of the search`, () =>
    visit(browser, "embed.html#block=beams&device=cpu&beams=3&steps=6", async (page) => {
      await settled(page, "diorama-beams", "diorama-beam-lattice");
      await accessible(page);
      const { shown, generated, listed, sums } = await page.evaluate(async (prompt) => {
        const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
        const model = await loadModel("models/gpt2-tiny/", { device: "cpu" });
        const root = /** @type {any} */ (document.querySelector("diorama-beams")).shadowRoot;
        const generated = [];
        for await (const { id } of model.generate({ text: prompt }, { beams: 3, maxNewTokens: 6 })) generated.push(id);
        const start = (await model.encode(prompt)).map((/** @type {any} */ { id }) => id);
        const { logits } = await model.run({ ids: [...start, ...generated] });
        const vocab = model.info.vocab;
        const sum = generated.reduce((total, id, i) => {
          const row = logits.data.subarray((start.length + i - 1) * vocab, (start.length + i) * vocab);
          return (
            total +
            row[id] -
            Math.log(row.reduce((/** @type {number} */ all, /** @type {number} */ logit) => all + Math.exp(logit), 0))
          );
        }, 0);
        model.dispose();
        const cells = [...root.querySelectorAll("tbody tr.won td")].map((cell) => cell.textContent.replace("−", "-"));
        return { shown: root.querySelector("diorama-beam-lattice").ids, generated, listed: Number(cells[1]), sums: sum };
      }, PROMPT);
      assert.deepEqual(shown, generated);
      assert.ok(Math.abs(listed - sums) <= 0.005 + BOUND, `ln p: shown ${listed}, computed ${sums}`);
    }));

  test(`${browser}: on a phone an ending has the whole width, below its numbers, and is a table still`, () =>
    visit(
      browser,
      "embed.html#block=beams&device=cpu&beams=3&steps=6&lang=zh",
      async (page) => {
        await settled(page, "diorama-beams", ".endings");
        await accessible(page);
        const { width, text, numbers, wide } = await page.evaluate(() => {
          const root = /** @type {any} */ (document.querySelector("diorama-beams")).shadowRoot;
          const boxes = [...root.querySelectorAll(".endings tbody tr:first-child > *")].map((cell) =>
            cell.getBoundingClientRect(),
          );
          const [name, text, ...numbers] = boxes;
          return {
            width: root.querySelector(".endings").getBoundingClientRect().width,
            text: { width: text.width, top: text.top },
            numbers: [name, ...numbers].map(({ bottom }) => bottom),
            wide: root.querySelector(".scroll").scrollWidth - root.querySelector(".scroll").clientWidth,
          };
        });
        assert.equal(wide, 0, "nothing to scroll to");
        assert.ok(text.width > 0.95 * width, `${text.width} of ${width} px`);
        for (const bottom of numbers)
          assert.ok(bottom <= text.top + 1, `numbers end at ${bottom}, the text begins at ${text.top}`);
      },
      { width: 390, height: 844 },
    ));

  test(`${browser}: with the cache and without it the tokens are the same, and the rows are counted`, () =>
    visit(browser, "embed.html#block=cache&device=cpu&count=6", async (page) => {
      await settled(page, "diorama-cache", "diorama-lines");
      await accessible(page);
      const { text, lines, figures } = await page.evaluate(() => {
        const root = /** @type {any} */ (document.querySelector("diorama-cache")).shadowRoot;
        return {
          text: root.textContent,
          lines: root.querySelector("diorama-lines").lines.map((/** @type {any} */ { values }) => values),
          figures: [...root.querySelectorAll(".figure")].map(({ textContent }) => textContent),
        };
      });
      const prompt = await promptLength(page);
      assert.ok(text.includes("Token for token the same: 6 of 6."));
      assert.ok(figures[0].startsWith(`${prompt + 5} rows computed, ${5 * prompt + 10} reused`), figures[0]);
      assert.ok(figures[1].startsWith(`${6 * prompt + 15} rows computed, 0 reused`), figures[1]);
      assert.ok(lines.flat().every((/** @type {number} */ ms) => ms >= 0) && lines.length === 2);
    }));

  test(`${browser}: an encoder's writing can be stopped, leaves what is there, and is tried again`, () =>
    visit(browser, "embed.html#block=iterated&device=cpu&length=3", async (page) => {
      const tag = "diorama-iterated";
      await settled(page, tag, "table");
      const passes = await page.evaluate(async () => {
        const block = /** @type {any} */ (document.querySelector("diorama-iterated"));
        const drawn = () => block.shadowRoot.querySelectorAll(".passes li").length;
        // The three passes from before are still there when the new ones are asked for.
        const stops = new Promise((resolve) =>
          new MutationObserver((_, observer) => {
            const stop = [...block.shadowRoot.querySelectorAll("button")].find((button) => button.textContent === "Stop");
            if (drawn() === 0 || drawn() === 3 || !stop) return;
            observer.disconnect();
            resolve(stop.click());
          }).observe(block.shadowRoot, { childList: true, subtree: true }),
        );
        block.keep({ length: 40 });
        await stops;
        while (block.busy) await new Promise((resolve) => setTimeout(resolve, 20));
        await block.updateComplete;
        return drawn();
      });
      assert.ok(passes >= 1 && passes < 40, `${passes} passes`);
      assert.equal(await page.$(`${tag} >>> table`), null);
      await pressIn(page, tag, "Try again");
      await settled(page, tag, "table");
      assert.equal((await page.$$(`${tag} >>> .passes li`)).length, 40);
    }));

  test(`${browser}: a beam search can be stopped, keeps what is there, and is made after all`, () =>
    visit(browser, "embed.html#block=beams&device=cpu&beams=5&steps=6", async (page) => {
      const tag = "diorama-beams";
      await settled(page, tag, "diorama-beam-lattice");
      const steps = () => page.$eval(`${tag} >>> diorama-beam-lattice`, (lattice) => /** @type {any} */ (lattice).steps.length);
      const before = await steps();
      await stopped(page, tag, { steps: 40 });
      assert.equal(await steps(), before);
      assert.ok(await page.$(`${tag} >>> diorama-beam-lattice.stale`), "what is shown is not what was asked for");
      await pressIn(page, tag, "Try again");
      await settled(page, tag, "diorama-beam-lattice:not(.stale)");
      assert.ok((await steps()) > before);
    }));

  test(`${browser}: an encoder writes by filling masks, a pass for each token`, () =>
    visit(browser, "embed.html#block=iterated&device=cpu&length=3", async (page) => {
      await settled(page, "diorama-iterated", "table");
      await accessible(page);
      const { last, wanted, counts } = await page.evaluate(async (prompt) => {
        const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
        const model = await loadModel("models/bert-tiny/", { device: "cpu" });
        const read = (await model.encode(prompt)).map((/** @type {any} */ { id }) => id);
        let [wanted, end] = [read.slice(0, -1), read.at(-1)];
        for (let n = 0; n < 3; n++)
          wanted = [...wanted, (await model.fill({ ids: [...wanted, model.info.mask, end] }, { candidates: 1 })).places[0].id];
        model.dispose();
        const root = /** @type {any} */ (document.querySelector("diorama-iterated")).shadowRoot;
        const strips = [...root.querySelectorAll("diorama-token-strip")];
        const counts = [...root.querySelectorAll("tbody tr")].map((row) =>
          [...row.querySelectorAll("td")].slice(1, 3).map(({ textContent }) => Number(textContent)),
        );
        return { last: strips.at(-1).tokens.map((/** @type {any} */ { id }) => id), wanted: [...wanted, end], counts };
      }, PROMPT);
      assert.deepEqual(last, wanted);
      const read = wanted.length - 3;
      assert.deepEqual(counts[0], [3, 3 * read + 6]);
      assert.equal(counts[1][0], 3);
    }));
}

/** @typedef {{ ids: number[], probabilities: number[] }} Path */

/**
 * Every path from the root to a leaf, as the tree shows it.
 * @param {import("puppeteer-core").Page} page
 * @returns {Promise<Path[]>}
 */
function shownPaths(page) {
  return page.evaluate(() => {
    const { nodes } = /** @type {any} */ (document.querySelector("diorama-branches")).shadowRoot.querySelector(
      "diorama-token-tree",
    );
    const byKey = new Map(nodes.map((/** @type {any} */ node) => [node.key, node]));
    /** @type {(node: any) => any[]} */
    const line = (node) => (node.parent === undefined ? [] : [...line(byKey.get(node.parent)), node]);
    const leaves = nodes.filter((/** @type {any} */ { key }) => !nodes.some((/** @type {any} */ { parent }) => parent === key));
    return leaves.map(line).map((/** @type {any[]} */ path) => ({
      ids: path.map(({ id }) => id),
      probabilities: path.map(({ probability }) => probability),
    }));
  });
}

/**
 * Each path's probabilities are those of one pass over the whole path.
 * @param {import("puppeteer-core").Page} page
 * @param {Path[]} paths
 */
async function same(page, paths) {
  const computed = await page.evaluate(
    async ({ prompt, all }) => {
      const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
      const shared = /** @type {any} */ (globalThis);
      const model = (shared.asked ??= await loadModel("models/gpt2-tiny/", { device: "cpu" }));
      const start = (await model.encode(prompt)).map((/** @type {any} */ { id }) => id);
      const vocab = model.info.vocab;
      const result = [];
      for (const path of all) {
        const { logits } = await model.run({ ids: [...start, ...path] });
        result.push(
          path.map((id, i) => {
            const row = logits.data.subarray((start.length + i - 1) * vocab, (start.length + i) * vocab);
            const top = Math.max(...row);
            return (
              Math.exp(row[id] - top) /
              row.reduce((/** @type {number} */ sum, /** @type {number} */ logit) => sum + Math.exp(logit - top), 0)
            );
          }),
        );
      }
      return result;
    },
    { prompt: PROMPT, all: ids(paths) },
  );
  paths.forEach(({ probabilities }, n) =>
    probabilities.forEach((p, i) =>
      assert.ok(Math.abs(p - computed[n][i]) <= BOUND, `path ${n}, token ${i + 1}: shown ${p}, computed ${computed[n][i]}`),
    ),
  );
}

/** @param {Path[]} paths */
function ids(paths) {
  return paths.map(({ ids }) => ids);
}

/** @param {import("puppeteer-core").Page} page */
function promptLength(page) {
  return page.evaluate(async (prompt) => {
    const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
    const model = await loadModel("models/gpt2-tiny/", { device: "cpu" });
    const { length } = await model.encode(prompt);
    model.dispose();
    return length;
  }, PROMPT);
}
