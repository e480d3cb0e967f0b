// The block on corruption in the browsers: what models are trained on, and how the trained ones answer. What it shows is what the module computes.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { browsers, visit } from "../story.js";
import { violations } from "./axe.js";
import { siteWith } from "./families.js";
import { put, shows } from "./putting.js";

/** The blocks choose a device by themselves, and to try a software adapter takes long. */
const CPU = { webgpu: false };

/** @type {ReturnType<typeof siteWith>} */
let site;
before(() => (site = siteWith(["electra-mlm", "electra-discriminator"])));
after(() => site.remove());

for (const browser of browsers) {
  test(`${browser}: samples are of the seed, probabilities are the model's, and two copies of the epochs agree with their count`, () =>
    visit(
      browser,
      "embed.html",
      async (page) => {
        const text = "the little girl went to the big house and sat on the mat with the cat .";
        const cells = () =>
          page.evaluate(
            () =>
              /** @type {any} */ (document.querySelector("diorama-corruption")).renderRoot.querySelector("diorama-interlinear")
                ?.cells,
          );
        await put(page, "diorama-corruption", { model: "models/bert-tiny/", text, seed: "7" }, "diorama-interlinear");
        const first = await cells();
        const targets = first
          .map((/** @type {any} */ cell, /** @type {number} */ position) => ({ ...cell, position }))
          .filter((/** @type {any} */ { truth }) => truth !== undefined);
        assert.equal(targets.length, Math.round(17 * 0.15));
        const shares = await page.evaluate(
          async ({ text, targets }) => {
            const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
            const model = await loadModel("models/bert-tiny/", { device: "cpu" });
            const pieces = await model.encode(text);
            const ids = pieces.map((/** @type {any} */ { id }) => id);
            for (const { position, mark } of targets) if (mark === "masked") ids[position] = model.info.mask;
            const { logits } = await model.run({ ids });
            const width = logits.shape[2];
            const answer = targets.map((/** @type {any} */ { position }) => {
              const row = logits.data.slice(position * width, (position + 1) * width);
              const weights = Array.from(row, (logit) => Math.exp(logit));
              return weights[pieces[position].id] / weights.reduce((sum, weight) => sum + weight, 0);
            });
            model.dispose();
            return { answer, all: targets.every((/** @type {any} */ { mark }) => mark !== "random") };
          },
          { text, targets },
        );
        assert.ok(shares.all, "the seed of this test draws no random token");
        targets.forEach((/** @type {any} */ { truthShare }, /** @type {number} */ i) =>
          assert.ok(Math.abs(truthShare - shares.answer[i]) < 1e-3, `${truthShare} against ${shares.answer[i]}`),
        );
        assert.deepEqual(await violations(page), []);
        await put(page, "diorama-corruption", { model: "models/bert-tiny/", text, seed: "7" }, "diorama-interlinear");
        assert.deepEqual(await cells(), first);
        await page.evaluate(() =>
          /** @type {any} */ (document.querySelector("diorama-corruption")).setAttribute("scheme", "epochs"),
        );
        await shows(page, "diorama-corruption", "diorama-epoch-grid");
        const { seen, said } = await page.evaluate(async () => {
          const block = /** @type {any} */ (document.querySelector("diorama-corruption"));
          await block.updateComplete;
          return {
            seen: [...block.renderRoot.querySelectorAll("diorama-epoch-grid")].map(({ epochs }) => new Set(epochs.flat()).size),
            said: block.renderRoot.querySelector(".counts").textContent,
          };
        });
        assert.ok(
          said.includes(`static ${seen[0]} of 17`) && said.includes(`dynamic ${seen[1]} of 17`),
          `${said} against ${seen}`,
        );
        assert.deepEqual(await violations(page), []);
        await page.evaluate(() =>
          /** @type {any} */ (document.querySelector("diorama-corruption")).setAttribute("scheme", "spans"),
        );
        await shows(page, "diorama-corruption", "dl");
        const [input, target] = await page.evaluate(() =>
          [.../** @type {any} */ (document.querySelector("diorama-corruption")).renderRoot.querySelectorAll("dd")].map(
            (/** @type {Element} */ { textContent }) => textContent,
          ),
        );
        assert.equal(input?.replace("<extra_id_0>", target?.replace(/<extra_id_\d>/g, "").trim() ?? ""), text);
      },
      CPU,
    ));

  test(`${browser}: ELECTRA's pair judges what the generator drew`, () =>
    visit(
      browser,
      "embed.html",
      async (page) => {
        await put(
          page,
          "diorama-corruption",
          {
            model: "models/electra-tiny-discriminator/",
            generator: "models/electra-tiny-generator/",
            text: "The little girl went to the park with her dog.",
            rate: "40",
          },
          ".counts",
        );
        const { cells, said } = await page.evaluate(() => {
          const root = /** @type {any} */ (document.querySelector("diorama-corruption")).renderRoot;
          return { cells: root.querySelector("diorama-interlinear").cells, said: root.querySelector(".counts").textContent };
        });
        const judged = cells.filter((/** @type {any} */ { special }) => !special);
        assert.ok(judged.every((/** @type {any} */ { share }) => share > 0 && share < 1));
        assert.ok(
          said.includes(
            `, ${judged.filter((/** @type {any} */ { mark }) => mark === "replaced").length} of them really replaced`,
          ),
          said,
        );
      },
      { ...CPU, root: site.root },
    ));
}
