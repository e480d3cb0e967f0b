// Two blocks in the browsers: all heads at once, and masks to touch. What they show is what the module computes.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { browsers, visit } from "../story.js";
import { violations } from "./axe.js";
import { siteWith } from "./families.js";
import { put } from "./putting.js";

/** The blocks choose a device by themselves, and to try a software adapter takes long. */
const CPU = { webgpu: false };

/** @type {ReturnType<typeof siteWith>} */
let site;
before(() => (site = siteWith(["electra-discriminator", "bert-model", "bert-classification"])));
after(() => site.remove());

/** @typedef {import("puppeteer-core").Page} Page */

for (const browser of browsers) {
  test(`${browser}: every head of every layer is there, keys walk among them, and lines read out the model's weights`, () =>
    visit(
      browser,
      "embed.html",
      async (page) => {
        await put(
          page,
          "diorama-heads",
          { model: "models/bert-tiny/", text: "The little dog ran.", view: "lines", layer: "2", head: "1" },
          "diorama-attention-lines",
        );
        const maps = await page.evaluate(
          () =>
            document
              .querySelector("diorama-heads")
              ?.shadowRoot?.querySelector("diorama-head-grid")
              ?.shadowRoot?.querySelectorAll("button").length,
        );
        const info = await page.evaluate(async () => {
          const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
          const model = await loadModel("models/bert-tiny/", { device: "cpu" });
          const { activations } = await model.run({ text: "The little dog ran." }, { capture: ["blocks.1.attn.hook_pattern"] });
          const { shape, data } = activations.get("blocks.1.attn.hook_pattern");
          const [, , rows, columns] = shape;
          const row = Array.from(data.slice(1 * rows * columns + 3 * columns, 1 * rows * columns + 4 * columns));
          const answer = { layers: model.info.layers, heads: model.info.heads, most: Math.max(.../** @type {number[]} */ (row)) };
          model.dispose();
          return answer;
        });
        assert.equal(maps, info.layers * (info.heads + 2));
        const reading = await page.evaluate(async () => {
          const lines = /** @type {any} */ (
            document.querySelector("diorama-heads")?.shadowRoot?.querySelector("diorama-attention-lines")
          );
          const grid = /** @type {any} */ (
            document.querySelector("diorama-heads")?.shadowRoot?.querySelector("diorama-head-grid")
          );
          lines.renderRoot.querySelectorAll(".rows button")[3].dispatchEvent(new PointerEvent("pointerenter"));
          await lines.updateComplete;
          const text = lines.renderRoot.querySelector("output").textContent;
          grid.renderRoot.querySelector('[aria-checked="true"]').focus();
          return text;
        });
        assert.ok(Math.abs(Number(/(\d\.\d{3})/.exec(reading)?.[1]) - info.most) < 2e-3, `${reading} against ${info.most}`);
        await page.keyboard.press("ArrowRight");
        await page.keyboard.press("ArrowUp");
        const chosen = await page.evaluate(() =>
          ["layer", "head"].map((name) => /** @type {any} */ (document.querySelector("diorama-heads"))[name]),
        );
        assert.deepEqual(chosen, [3, "2"]);
        assert.deepEqual(await violations(page), []);
      },
      CPU,
    ));

  test(`${browser}: a blocked cell changes nothing before it, undo takes it back, and an opened one is what an intervention by hand gives`, () =>
    visit(
      browser,
      "embed.html",
      async (page) => {
        const text = "Once upon a time there was";
        await put(page, "diorama-mask-lab", { text, write: "2" }, "diorama-change-strip");
        const state = () =>
          page.evaluate(async () => {
            const block = /** @type {any} */ (document.querySelector("diorama-mask-lab"));
            const strip = block.renderRoot.querySelector("diorama-change-strip");
            return {
              cells: block.cells,
              rule: block.rule,
              changes: Array.from(strip.changes),
              stale: block.renderRoot.querySelector("section.stale") !== null,
            };
          });
        const until = async (/** @type {(state: any) => boolean} */ holds) => {
          for (let i = 0; i < 300; i++) {
            const now = await state();
            if (holds(now) && !now.stale) return now;
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
          throw new Error(`still ${JSON.stringify(await state())}`);
        };
        const frame = await page.evaluateHandle(() =>
          /** @type {any} */ (document.querySelector("diorama-mask-lab")).renderRoot
            .querySelector("diorama-mask-editor")
            .renderRoot.querySelector(".frame"),
        );
        await /** @type {any} */ (frame).focus();
        // The cursor enters at the first cell, then goes to row 4, column 2.
        for (const key of [
          "ArrowDown",
          "ArrowDown",
          "ArrowDown",
          "ArrowDown",
          "ArrowRight",
          "ArrowRight",
          "ArrowRight",
          "ArrowLeft",
          "ArrowDown",
        ])
          await page.keyboard.press(/** @type {any} */ (key));
        await page.keyboard.press(" ");
        const blocked = await until(({ changes }) => changes.some((/** @type {number} */ change) => change > 0));
        assert.equal(blocked.cells, "4.2");
        assert.deepEqual(blocked.changes.slice(0, 4), [0, 0, 0, 0]);
        assert.ok(blocked.changes[4] > 0.001);
        await page.keyboard.down("Control");
        await page.keyboard.press("z");
        await page.keyboard.up("Control");
        await until(({ cells, changes }) => cells === "" && changes.every((/** @type {number} */ change) => change === 0));
        await page.evaluate(() =>
          /** @type {any} */ (document.querySelector("diorama-mask-lab")).setAttribute("rule", "bidirectional"),
        );
        const opened = await until(({ changes }) => changes[0] > 0);
        const expected = await page.evaluate(async (text) => {
          const { loadModel, MASKED } = await import(new URL("diorama.js", document.baseURI).href);
          const model = await loadModel("models/gpt2-tiny/", { device: "cpu" });
          const plain = await model.run({ text });
          /** @type {any[]} */
          const interventions = [];
          for (let layer = 0; layer < model.info.layers; layer++) {
            const hook = `blocks.${layer}.attn.hook_attn_scores`;
            const { activations } = await model.run({ text }, { capture: [`${hook}_unmasked`], interventions });
            const scores = activations.get(`${hook}_unmasked`);
            interventions.push({ hook, from: { ...scores, name: hook } });
          }
          const { logits, activations } = await model.run({ text }, { capture: ["*.hook_attn_scores"], interventions });
          const open = [...activations.values()].every(({ data }) =>
            data.every((/** @type {number} */ score) => score > MASKED / 2),
          );
          const [, length, width] = logits.shape;
          const changes = Array.from({ length }, (_, place) =>
            Math.max(
              ...Array.from({ length: width }, (_, i) =>
                Math.abs(logits.data[place * width + i] - plain.logits.data[place * width + i]),
              ),
            ),
          );
          model.dispose();
          return { changes, open };
        }, text);
        assert.ok(expected.open);
        expected.changes.forEach((change, place) =>
          assert.ok(
            Math.abs(change - opened.changes[place]) < 1e-3 * Math.max(1, change),
            `place ${place}: ${opened.changes[place]} against ${change}`,
          ),
        );
        assert.deepEqual(await violations(page), []);
      },
      CPU,
    ));

  test(`${browser}: under a mask a bare encoder shows how far its states move, a classifier its classes, a discriminator its judgements`, () =>
    visit(
      browser,
      "embed.html",
      async (page) => {
        const text = "the little dog ran .";
        for (const name of ["bert-model", "bert-classification", "electra-discriminator"]) {
          const model = `models/${name}/`;
          await put(page, "diorama-mask-lab", { model, text, rule: "causal" }, "diorama-change-strip");
          const shown = await page.evaluate(() => {
            const root = /** @type {any} */ (document.querySelector("diorama-mask-lab")).renderRoot;
            const list = (/** @type {string} */ tag, /** @type {string} */ property) =>
              [...root.querySelectorAll(tag)].map((view) => Array.from(view[property]));
            return {
              moved: list("diorama-change-strip", "changes")[0],
              classes: list("diorama-class-bars", "classes").map((classes) =>
                classes.map((/** @type {any} */ { probability }) => probability),
              ),
              judged: list("diorama-interlinear", "cells").map((cells) => cells.map((/** @type {any} */ { share }) => share)),
            };
          });
          const { moved, ...answers } = await page.evaluate(
            async ({ model: address, text }) => {
              const { loadModel, MASKED } = await import(new URL("diorama.js", document.baseURI).href);
              const model = await loadModel(address, { device: "cpu" });
              const { layers } = model.info;
              const last = `blocks.${layers - 1}.hook_resid_post`;
              const length = (await model.encode(text)).length;
              const ahead = Array.from({ length: length - 1 }, (_, row) => ({
                hook: "*.hook_attn_scores",
                at: { query_pos: [row], key_pos: Array.from({ length: length - 1 - row }, (_, i) => row + 1 + i) },
                set: MASKED,
              }));
              const runs = [
                await model.run({ text }, { capture: [last] }),
                await model.run({ text }, { capture: [last], interventions: ahead }),
              ];
              const softmax = (/** @type {number[]} */ scores) =>
                scores.map((score) => Math.exp(score) / scores.reduce((sum, other) => sum + Math.exp(other), 0));
              const logits = runs.map(({ logits }) => Array.from(logits?.data ?? []));
              const [before, after] = runs.map(({ activations }) => activations.get(last).data);
              const width = before.length / length;
              const norm = (/** @type {number[]} */ list) => Math.hypot(...list);
              const states = Array.from({ length }, (_, place) => Array.from({ length: width }, (_, i) => place * width + i)).map(
                (at) => norm(at.map((i) => after[i] - before[i])) / norm(at.map((i) => before[i])),
              );
              const tokens = logits[0].length === length;
              model.dispose();
              return {
                moved: tokens ? logits[0].map((logit, i) => Math.abs(logits[1][i] - logit)) : states,
                classes: tokens || logits[0].length === 0 ? [] : logits.map(softmax),
                judged: tokens ? logits.map((list) => list.map((logit) => 1 / (1 + Math.exp(-logit)))) : [],
              };
            },
            { model, text },
          );
          assert.ok(
            shown.moved.some((/** @type {any} */ change) => change > 1e-3),
            `${name}: ${shown.moved}`,
          );
          const near = (/** @type {any} */ got, /** @type {number[]} */ wanted) =>
            wanted.forEach((value, i) =>
              assert.ok(
                Math.abs(got[i] - value) < 1e-4 * Math.max(1, Math.abs(value)),
                `${name} ${i}: ${got[i]}, the CPU ${value}`,
              ),
            );
          near(shown.moved, moved);
          for (const kind of /** @type {const} */ (["classes", "judged"])) {
            assert.equal(shown[kind].length, answers[kind].length, `${name}: ${kind}`);
            answers[kind].forEach((wanted, i) => near(shown[kind][i], wanted));
          }
          assert.deepEqual(await violations(page), []);
        }
      },
      { ...CPU, root: site.root },
    ));
}
