// Pages of other people, served from another origin than the site: the examples, with the site's real address in the place of the one that they print.

import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { visit } from "../story.js";
import { serveStatic } from "../static.js";

/** @typedef {import("puppeteer-core").Page} Page */
/** @typedef {import("puppeteer-core").Frame} Frame */

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const EXAMPLES = join(ROOT, "examples");
const PRINTED = "https://diorama.example/";
const TEXTS = [".html", ".md", ".js", ".py", ".ipynb"];

/**
 * Opens a page of a folder that `prepare` fills, at another origin than the site's.
 * @param {import("../drive.js").BrowserName} browser
 * @param {(folder: string, site: string) => void} prepare
 * @param {string} path
 * @param {(page: Page, at: { site: string, elsewhere: string, served: () => string[] }) => Promise<void>} story
 */
export async function visitElsewhere(browser, prepare, path, story) {
  const folder = mkdtempSync(join(tmpdir(), "diorama-elsewhere-"));
  const site = await serveStatic(join(ROOT, "dist"), "/diorama/");
  const { origin } = new URL(site.base);
  const elsewhere = await serveStatic(folder, "/", [origin]);
  try {
    prepare(folder, site.base);
    await visit(browser, elsewhere.base + path, (page) =>
      story(page, { site: site.base, elsewhere: elsewhere.base, served: () => [...site.served] }),
    );
    const problems = [...site.problems, ...elsewhere.problems];
    if (problems.length > 0) throw new Error(problems.join("\n"));
  } finally {
    await Promise.all([site.close(), elsewhere.close()]);
    rmSync(folder, { recursive: true });
  }
}

/** Blocks above a frame may push it out of sight, where a browser draws no frames: waiting goes by the clock. */
export const POLLING = { polling: 100 }; // ms

/**
 * An example with the site's address in it.
 * @param {string} name a folder of examples/
 * @param {string} folder
 * @param {string} site
 */
export function copyExample(name, folder, site) {
  cpSync(join(EXAMPLES, name), folder, { recursive: true });
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!TEXTS.includes(extname(file))) continue;
    const text = readFileSync(join(folder, file), "utf8");
    writeFileSync(join(folder, file), text.replaceAll(PRINTED, site));
  }
}

/**
 * Waits until a block of this page or frame has drawn something that a model computed.
 * @param {Page | Frame} place
 * @param {number} [nth]
 */
export async function drawn(place, nth = 0) {
  await place.waitForFunction(
    (nth) => document.querySelectorAll("diorama-heads")[nth]?.shadowRoot?.querySelector("diorama-attention-map"),
    POLLING,
    nth,
  );
}

/**
 * @param {Page} page
 * @returns {Promise<Frame>} the frame with the block
 */
export async function blockFrame(page) {
  const handle = await page.waitForSelector("iframe");
  await handle?.scrollIntoView();
  const frame = await handle?.contentFrame();
  if (!frame) throw new Error("the page has no frame");
  return frame;
}
