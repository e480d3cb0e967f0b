// What a classifier says, in each browser: shares of one, a probability each, or the numbers themselves, under the names that its config.json has.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browsers, visit } from "../story.js";
import { siteWith } from "./families.js";
import { finished } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

const THREE = "bert-classification";

/** @type {ReturnType<typeof siteWith>} */
let site;
before(() => {
  site = siteWith([], {
    judged: [THREE, { problem_type: "multi_label_classification", id2label: { 0: "toxic", 1: 7, 2: null } }],
    measured: [THREE, { problem_type: "regression", id2label: ["valence", "arousal", "dominance"] }],
    shifted: [THREE, { id2label: { 1: "low", 2: "mid", 3: "high" } }],
  });
});
after(() => site.remove());

/** @param {Page} page */
async function shown(page) {
  await finished(page);
  return page.evaluate(async () => {
    const app = /** @type {any} */ (document.querySelector("diorama-app"));
    const bars = /** @type {any} */ (document.querySelector("diorama-class-bars"));
    await bars.updateComplete;
    const { classes, labels, unusedLabels } = app.model.info;
    return {
      text: bars.shadowRoot.textContent.replace(/\s+/g, " "),
      tracks: bars.shadowRoot.querySelectorAll(".bar").length,
      values: bars.classes.map((/** @type {any} */ { value }) => value),
      logits: Array.from(app.reader.trace.logits.data),
      info: { classes, labels, unusedLabels },
    };
  });
}

for (const browser of browsers) {
  /** @type {(model: string, story: (page: Page) => Promise<void>) => Promise<void>} */
  const story = (model, act) =>
    visit(browser, `explore.html#device=cpu&model=models/${model}/&text=the+little+dog+ran+.`, act, { root: site.root });

  test(`${browser}: classes that are judged one by one are not shares of one; a number is a name`, () =>
    story("judged", async (page) => {
      const { values, logits, text, info } = await shown(page);
      logits.forEach((/** @type {number} */ logit, /** @type {number} */ i) =>
        assert.ok(Math.abs(values[i] - 1 / (1 + Math.exp(-logit))) < 1e-6),
      );
      assert.deepEqual(info, { classes: "sigmoid", labels: ["toxic", "7", null], unusedLabels: [] });
      assert.match(text, /toxic.*%.*7.*%.*class 2.*%.*judged by itself/);
    }));

  test(`${browser}: a regression's numbers stand as they are, without bars`, () =>
    story("measured", async (page) => {
      const { values, logits, text, tracks } = await shown(page);
      assert.deepEqual([values, tracks], [logits, 0]);
      assert.match(text, /valence[−\d.]+ ?arousal[−\d.]+ ?dominance[−\d.]+ ?A regression/);
      assert.doesNotMatch(text, /%/);
    }));

  test(`${browser}: names that do not fit the classes are told`, () =>
    story("shifted", async (page) => {
      const { values, text } = await shown(page);
      assert.ok(Math.abs(values.reduce((/** @type {number} */ sum, /** @type {number} */ share) => sum + share, 0) - 1) < 1e-6);
      assert.match(text, /class 0.*low.*mid.*belong to no class of this head: high/);
    }));
}
