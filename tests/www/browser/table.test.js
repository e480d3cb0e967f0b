// The table of an attention pattern, at the length of a long text: it is written in slices, and nobody reads another head's numbers for longer than a moment.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { finished } from "./page.js";

for (const browser of browsers) {
  test(`${browser}: another head of a long table is written where the reader looks first, and all of it soon after`, () =>
    visit(browser, "explore.html#device=cpu", async (page) => {
      await finished(page);
      const seen = await page.evaluate(async () => {
        const [heads, length] = [2, 96];
        const name = "a.hook_pattern";
        const data = Float32Array.from({ length: heads * length * length }, (_, i) => (i % 997) / 997);
        const trace = {
          activations: new Map([
            [name, { name, axes: ["batch", "head", "query_pos", "key_pos"], shape: [1, heads, length, length], data }],
          ]),
        };
        const tokens = Array.from({ length }, (_, id) => ({ id, token: `t${id}`, special: false }));
        const view = /** @type {any} */ (
          Object.assign(document.createElement("diorama-attention-table"), {
            trace,
            hook: name,
            head: "0",
            rows: tokens,
            columns: tokens,
          })
        );
        view.style.cssText = "position:fixed;inset:0;z-index:99;width:600px;height:300px";
        document.body.append(view);
        const frame = () => new Promise(requestAnimationFrame);
        const busy = () => view.shadowRoot.querySelector("[aria-busy]") !== null;
        const whole = async () => {
          while (busy() || !view.shadowRoot) await frame();
        };
        const wrong = (/** @type {number} */ head) =>
          [...view.shadowRoot.querySelectorAll("tbody tr")].flatMap((line, row) => {
            const texts = [...line.cells].slice(1).map((cell) => cell.textContent);
            return texts.length === length &&
              texts.every((text, column) => text === data[(head * length + row) * length + column].toFixed(3))
              ? []
              : [row];
          });
        await view.updateComplete;
        await whole();
        const first = { rows: view.shadowRoot.querySelectorAll("tbody tr").length, wrong: wrong(0) };
        const line = view.shadowRoot.querySelector("tbody tr");
        view.scrollTo(0, 60 * line.offsetHeight);
        for (let i = 0; i < 3; i++) await frame();
        view.head = "1";
        await view.updateComplete;
        const inSight = [...view.shadowRoot.querySelectorAll("tbody tr")].flatMap((line, row) => {
          const { top, bottom } = line.getBoundingClientRect();
          return bottom > 0 && top < 300 ? [row] : [];
        });
        const early = {
          busy: busy(),
          stale: wrong(1).length > 0,
          inSight: inSight.filter((row) => wrong(1).includes(row)),
          looked: inSight.length > 10,
        };
        await whole();
        const later = { wrong: wrong(1), kept: line === view.shadowRoot.querySelector("tbody tr") };
        view.remove();
        return { first, early, later };
      });
      assert.deepEqual(seen, {
        first: { rows: 96, wrong: [] },
        early: { busy: true, stale: true, inSight: [], looked: true },
        later: { wrong: [], kept: true },
      });
    }));
}
