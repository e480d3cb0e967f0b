// The driver itself: it must notice whatever a page does wrong, or the other stories prove nothing.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browsers, visit } from "../story.js";

const WORKER = `
  onmessage = async ({ data }) => {
    if (data === "#worker-console") console.error("from the worker");
    if (data === "#worker-outside") await fetch("https://example.org/").catch(() => {});
    if (data === "#missing") await fetch("missing.json");
    const adapter = await navigator.gpu?.requestAdapter();
    postMessage(adapter ? "adapter" : "none");
  };`;

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>driver</title><script type="module">
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => (document.body.dataset.worker = data);
  if (location.hash === "#console") console.error("from the page");
  if (location.hash === "#exception") setTimeout(() => { throw new Error("late"); });
  if (location.hash === "#outside") fetch("https://example.org/").catch(() => {});
  worker.postMessage(location.hash);
</script>`;

/** @type {Record<string, RegExp>} */
const FAULTS = {
  "#console": /console: from the page/,
  "#exception": /exception: .*late/,
  "#outside": /request to another host: .*example\.org/,
  "#worker-console": /console: from the worker/,
  "#worker-outside": /request to another host: .*example\.org/,
  "#missing": /404 .*missing\.json/,
};

let root = "";
before(async () => {
  root = await mkdtemp(join(tmpdir(), "diorama-drive-"));
  await writeFile(join(root, "index.html"), PAGE);
  await writeFile(join(root, "worker.js"), WORKER);
});
after(() => rm(root, { recursive: true }));

for (const browser of browsers) {
  /** @param {string} hash */
  const story = (hash) =>
    visit(
      browser,
      hash,
      async (page) => {
        const body = await page.waitForSelector("[data-worker]");
        assert.equal(await body?.evaluate((element) => /** @type {HTMLElement} */ (element).dataset.worker), "adapter");
      },
      { root, theme: "dark" },
    );

  test(`${browser}: a clean page passes, and its worker has a WebGPU adapter`, () => story(""));
  for (const [hash, message] of Object.entries(FAULTS)) {
    test(`${browser}: the driver notices ${hash.slice(1)}`, () => assert.rejects(story(hash), message));
  }
}
