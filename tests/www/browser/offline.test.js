// After one visit the site works without its server: pages, module, shaders and the model that it opens with.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browsers, open } from "../drive.js";
import { finished } from "./page.js";

for (const browser of browsers) {
  test(`${browser}: the page opens and writes without its server, after one visit`, async () => {
    const tab = await open(browser, "explore.html#device=cpu", { offline: true });
    try {
      const { page } = tab;
      await finished(page);
      const before = await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-app")).player.text);
      await page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === "activated");
      await tab.stopServing();
      await page.reload();
      await finished(page);
      assert.equal(await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-app")).player.text), before);
      assert.ok(before.length > 0);
    } finally {
      await tab.close();
    }
  });
}
