// The blocks that change a model: what they show is what the module computes with the same interventions, in both browsers.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { accessible, pressIn, settled, stopped } from "./block.js";

const TEXT = "Once upon a time, there was a little girl named";
/** The design's bound between two ways to compute a number. */
const BOUND = 1e-4;

for (const browser of browsers) {
  test(`${browser}: before and after are the model's own, by the interventions that the block names; undo takes them back`, () =>
    visit(browser, `embed.html#block=intervene&device=cpu&tokens=4&text=${encodeURIComponent(TEXT)}`, async (page) => {
      const tag = "diorama-intervene";
      await settled(page, tag, "diorama-head-map");
      await accessible(page);
      await hold(page);
      assert.equal((await shown(page)).interventions.length, 1, "the example changes something");

      // A head of the sweep joins the list; the sweep's number for it is what that head by itself does.
      const { delta, computed } = await page.evaluate(async (text) => {
        const map = /** @type {any} */ (document.querySelector("diorama-intervene")).shadowRoot.querySelector("diorama-head-map");
        const model = await /** @type {any} */ (globalThis).ask;
        const ids = (await model.encode(text)).map((/** @type {any} */ { id }) => id);
        const chance = async (/** @type {object[]} */ interventions) => {
          const { logits } = await model.run({ ids }, { interventions });
          const row = logits.data.subarray(logits.data.length - model.info.vocab);
          const top = Math.max(...row);
          const watched = /** @type {any} */ (document.querySelector("diorama-intervene")).shadowRoot.querySelector(
            "diorama-before-after",
          ).watched;
          return (
            Math.exp(row[watched] - top) /
            row.reduce((/** @type {number} */ sum, /** @type {number} */ logit) => sum + Math.exp(logit - top), 0)
          );
        };
        const computed = (await chance([{ hook: "blocks.1.attn.hook_z", at: { head: 2 }, set: 0 }])) - (await chance([]));
        const delta = map.values[1][2];
        map.shadowRoot.querySelector('[data-layer="1"][data-head="2"]').click();
        return { delta, computed };
      }, TEXT);
      assert.ok(Math.abs(delta - computed) <= BOUND, `sweep: shown ${delta}, computed ${computed}`);
      await settled(page, tag, "diorama-head-map");
      assert.deepEqual((await shown(page)).interventions.at(-1), { hook: "blocks.1.attn.hook_z", at: { head: 2 }, set: 0 });
      await hold(page);

      // Every kind of change, as it stands in a link.
      const changes = [
        { do: "head", stack: "blocks", layer: 0, part: "attn", head: 1, by: "mean" },
        { do: "weight", hook: "blocks.2.attn.hook_pattern", head: 0, query: 3, key: 1, value: 0.9, keep: true },
        { do: "hook", hook: "blocks.1.mlp.hook_post", at: { pos: [2, 3] }, how: "scale", value: 2 },
        { do: "patch", hook: "blocks.3.hook_resid_post", at: { pos: [4] }, text: "One day, a boy named Tom" },
      ];
      await page.evaluate(
        (changes) =>
          Object.assign(/** @type {any} */ (document.querySelector("diorama-intervene")), { changes: JSON.stringify(changes) }),
        changes,
      );
      await settled(page, tag, "diorama-head-map");
      await hold(page);
      assert.equal((await shown(page)).interventions.length, 5);

      await pressIn(page, tag, "Remove all");
      await settled(page, tag, "diorama-head-map");
      assert.ok(
        (await shown(page)).rows.every(({ before, after }) => before === after),
        "nothing is changed, nothing differs",
      );
      await pressIn(page, tag, "Undo");
      await settled(page, tag, "diorama-head-map");
      assert.equal((await shown(page)).interventions.length, 5);
    }));

  test(`${browser}: texts before and after can be stopped, stay as far as they came, and are written after all`, () =>
    visit(browser, `embed.html#block=intervene&device=cpu&tokens=2&text=${encodeURIComponent(TEXT)}`, async (page) => {
      const tag = "diorama-intervene";
      await settled(page, tag, "diorama-head-map");
      const texts = () => page.$$eval(`${tag} >>> .texts dd`, (list) => list.map((text) => text.textContent ?? ""));
      await stopped(page, tag, { tokens: 220 }, ".texts");
      const part = await texts();
      await hold(page);
      await pressIn(page, tag, "Try again");
      await settled(page, tag, "diorama-head-map");
      const whole = await texts();
      assert.ok(whole[1].length > TEXT.length && whole[1].length > part[1].length, `${part[1]} / ${whole[1]}`);
    }));

  test(`${browser}: the lens ends in what the model says, and reads each layer's state by its own head`, () =>
    visit(browser, `embed.html#block=lens&device=cpu&text=${encodeURIComponent(TEXT)}`, async (page) => {
      await settled(page, "diorama-lens", "diorama-lens-grid");
      await accessible(page);
      const { rows, wanted } = await page.evaluate(async (text) => {
        const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
        const model = await loadModel("models/gpt2-tiny/", { device: "cpu" });
        const ids = (await model.encode(text)).map((/** @type {any} */ { id }) => id);
        const { logits, activations } = await model.run({ ids }, { capture: ["*.hook_resid_post"] });
        const last = `blocks.${model.info.layers - 1}.hook_resid_post`;
        const half = await model.run(
          { ids },
          { interventions: [{ hook: last, from: activations.get("blocks.1.hook_resid_post") }] },
        );
        const top = (/** @type {Float32Array} */ data) =>
          ids.map((/** @type {number} */ _, /** @type {number} */ i) => {
            const row = data.subarray(i * model.info.vocab, (i + 1) * model.info.vocab);
            const most = Math.max(...row);
            return { id: row.indexOf(most), probability: 1 / row.reduce((sum, logit) => sum + Math.exp(logit - most), 0) };
          });
        model.dispose();
        const grid = /** @type {any} */ (document.querySelector("diorama-lens")).shadowRoot.querySelector("diorama-lens-grid");
        const rows = grid.rows.map((/** @type {any} */ { cells }) =>
          cells.map((/** @type {any} */ { list: [{ id, probability }] }) => ({ id, probability })),
        );
        return { rows, wanted: [top(logits.data), top(half.logits.data)] };
      }, TEXT);
      // The last layer is on top; below the first layer stands the input.
      [rows[0], rows[rows.length - 3]].forEach((row, n) =>
        row.forEach((/** @type {any} */ { id, probability }, /** @type {number} */ i) => {
          assert.equal(id, wanted[n][i].id, `position ${i}`);
          assert.ok(
            Math.abs(probability - wanted[n][i].probability) <= BOUND,
            `position ${i}: ${probability}, ${wanted[n][i].probability}`,
          );
        }),
      );
    }));
}

test("each family has its changes: an encoder's mask, a translation by its cross-attention", async () => {
  for (const [hash, tag] of [
    ["model=models/bert-tiny/&text=The+king+was+very+%5BMASK%5D.", "encoder"],
    ["model=models/t5-tiny/&text=translate+English+to+French:+I+am+cold.", "encoder-decoder"],
  ]) {
    await visit("chromium", `embed.html#block=intervene&device=cpu&tokens=6&${hash}`, async (page) => {
      await settled(page, "diorama-intervene", "diorama-head-map");
      const { rows } = await shown(page);
      assert.ok(
        rows.some(({ before, after }) => before !== after),
        tag,
      );
      assert.ok(Math.abs(rows.reduce((sum, { before }) => sum + before, 0) - 1) < 0.9, tag);
    });
  }
});

/**
 * @param {import("puppeteer-core").Page} page
 * @returns {Promise<{ rows: { id: number, before: number, after: number }[], interventions: any[] }>}
 */
function shown(page) {
  return page.evaluate(() => {
    const root = /** @type {any} */ (document.querySelector("diorama-intervene")).shadowRoot;
    return {
      rows: root.querySelector("diorama-before-after").rows,
      interventions: JSON.parse(root.querySelector("pre").textContent),
    };
  });
}

/**
 * What the block shows is what its list of changes gives when the module is asked with the activations that they stand for.
 * @param {import("puppeteer-core").Page} page
 */
async function hold(page) {
  const { rows } = await shown(page);
  const computed = await page.evaluate(
    async ({ text, ids: wanted }) => {
      const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
      const shared = /** @type {any} */ (globalThis);
      const model = await (shared.ask ??= loadModel("models/gpt2-tiny/", { device: "cpu" }));
      const { settings } = /** @type {any} */ (document.querySelector("diorama-intervene"));
      const changes = settings.changes
        ? JSON.parse(settings.changes)
        : [{ do: "layer", stack: "blocks", layer: 0, part: "attn", by: "zero" }];
      const ids = (await model.encode(text)).map((/** @type {any} */ { id }) => id);
      const read = async (/** @type {string} */ hook, /** @type {number[]} */ from, /** @type {object[]} */ others = []) =>
        (await model.run({ ids: from }, { capture: [hook], interventions: others })).activations.get(hook);
      /** @type {object[]} */
      const interventions = [];
      // An edited weight's row is what all else makes of it.
      changes.sort((/** @type {any} */ a, /** @type {any} */ b) => Number(a.do === "weight") - Number(b.do === "weight"));
      for (const change of changes) {
        if (change.do === "layer") interventions.push({ hook: `blocks.${change.layer}.hook_attn_out`, set: 0 });
        if (change.do === "hook") interventions.push({ hook: change.hook, at: change.at, [change.how]: change.value });
        if (change.do === "head" && change.by === "zero")
          interventions.push({ hook: `blocks.${change.layer}.attn.hook_z`, at: { head: change.head }, set: 0 });
        if (change.do === "head" && change.by === "mean") {
          // Number by number, each position the same.
          const z = await read(`blocks.${change.layer}.attn.hook_z`, ids);
          const [, positions, heads, width] = z.shape;
          const mean = z.data.map((/** @type {number} */ _, /** @type {number} */ i) => {
            let sum = 0;
            for (let p = 0; p < positions; p++) sum += z.data[p * heads * width + (i % (heads * width))];
            return sum / positions;
          });
          interventions.push({ hook: z.name, at: { head: change.head }, from: { ...z, data: mean } });
        }
        if (change.do === "weight") {
          const pattern = await read(change.hook, ids, interventions);
          const [, , rows, columns] = pattern.shape;
          const start = (change.head * rows + change.query) * columns;
          const rest = 1 - pattern.data[start + change.key];
          const data = pattern.data.slice();
          for (let key = 0; key < columns; key++)
            data[start + key] = key === change.key ? change.value : (pattern.data[start + key] / rest) * (1 - change.value);
          interventions.push({
            hook: change.hook,
            at: { head: change.head, query_pos: change.query },
            from: { ...pattern, data },
          });
        }
        if (change.do === "patch") {
          const other = await read(
            change.hook,
            (await model.encode(change.text)).map((/** @type {any} */ { id }) => id),
          );
          const own = await read(change.hook, ids);
          const width = own.shape[2];
          const data = own.data.slice();
          for (const p of change.at.pos) data.set(other.data.subarray(p * width, (p + 1) * width), p * width);
          interventions.push({ hook: change.hook, from: { ...own, data }, at: { pos: change.at.pos } });
        }
      }
      const last = async (/** @type {object[]} */ list) => {
        const { logits } = await model.run({ ids }, { interventions: list });
        const row = logits.data.subarray(logits.data.length - model.info.vocab);
        const top = Math.max(...row);
        const total = row.reduce((/** @type {number} */ sum, /** @type {number} */ logit) => sum + Math.exp(logit - top), 0);
        return wanted.map((id) => Math.exp(row[id] - top) / total);
      };
      return { before: await last([]), after: await last(interventions) };
    },
    { text: TEXT, ids: rows.map(({ id }) => id) },
  );
  rows.forEach(({ before, after }, i) => {
    assert.ok(Math.abs(before - computed.before[i]) <= BOUND, `before: shown ${before}, computed ${computed.before[i]}`);
    assert.ok(Math.abs(after - computed.after[i]) <= BOUND, `after: shown ${after}, computed ${computed.after[i]}`);
  });
}
