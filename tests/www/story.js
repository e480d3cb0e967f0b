// A story in a real browser: a page is opened, something is done on it, and whatever goes wrong on the page fails the story.
//
//     for (const browser of browsers) {
//       test(`${browser}: …`, () => visit(browser, "explore.html", async (page) => { … }));
//     }
//
// The stories of a file share a browser where they want the same of it, each in a context of its own, with its own storage and cache: a launch takes seconds.

import { after } from "node:test";
import { launch, launchOptions, open } from "./drive.js";

export { browsers } from "./drive.js";

/** @typedef {import("./drive.js").BrowserName} BrowserName */
/** @typedef {import("./drive.js").OpenOptions} OpenOptions */
/** @typedef {import("./drive.js").Tab} Tab */

/** Browsers by what they were started with. @type {Map<string, import("puppeteer-core").Browser>} */
const launched = new Map();
after(() => Promise.all([...launched.values()].map((handle) => handle.close())));

/**
 * Opens `path`, runs `story` and closes everything, whatever happens. A problem on the page fails the story even where the story itself went well.
 *
 * @param {BrowserName} browser
 * @param {string} path
 * @param {(page: import("puppeteer-core").Page, tab: Tab) => Promise<void>} story
 * @param {OpenOptions} [options]
 */
export async function visit(browser, path, story, options = {}) {
  const tab = await open(browser, path, options, lend);
  try {
    await story(tab.page, tab);
  } catch (error) {
    const problems = tab.problems();
    await tab.close().catch(() => {});
    if (problems.length > 0) error.message += `\nand the page had problems:\n  ${problems.join("\n  ")}`;
    throw error;
  }
  await tab.close();
}

/**
 * @param {BrowserName} browser
 * @param {OpenOptions} options
 */
async function lend(browser, options) {
  const wanted = JSON.stringify(launchOptions(browser, options));
  let handle = launched.get(wanted);
  if (!handle?.connected) launched.set(wanted, (handle = await launch(browser, options)));
  return handle.createBrowserContext();
}
