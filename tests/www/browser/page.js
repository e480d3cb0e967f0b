// What the browser tests read off the page and do on it.

/** @typedef {import("puppeteer-core").Page} Page */

/** The most that a first load or a run may take on a slow machine with a software adapter. // ms */
const PATIENCE = 120_000;

/**
 * Waits until the page has finished a text. An error on the page ends the wait.
 * @param {Page} page
 */
export async function finished(page) {
  const outcome = await page.waitForFunction(
    () => {
      const app = /** @type {any} */ (document.querySelector("diorama-app"));
      if (!app?.reading) return false;
      if (app.error) return `the page says: ${app.error}`;
      const { reading } = app;
      return !app.loading && !reading.running && !reading.stale && (reading.finished || reading.cutShort) && "finished";
    },
    { timeout: PATIENCE },
  );
  const said = await outcome.jsonValue();
  if (said !== "finished") throw new Error(String(said));
}

/**
 * The ids of a strip's tiles.
 * @param {Page} page
 * @param {"source" | "output"} part
 */
export function tileIds(page, part) {
  return page.evaluate((part) => {
    const strip = document.querySelector(`.${part} diorama-token-strip`);
    return [...(strip?.shadowRoot?.querySelectorAll("button") ?? [])].map((tile) => Number(tile.title.replace("id ", "")));
  }, part);
}

/**
 * How many rows and columns a map's canvas and labels have.
 * @param {Page} page
 * @param {"encoder" | "cross" | "decoder"} stack
 */
export function mapSize(page, stack) {
  return page.evaluate((stack) => {
    const root = document.querySelector(`.lens.${stack} diorama-attention-map`)?.shadowRoot;
    const count = (/** @type {string} */ selector) => root?.querySelectorAll(selector).length ?? 0;
    return { rows: count(".rows span"), columns: count(".columns span") };
  }, stack);
}

/**
 * Replaces the input's text by typing.
 * @param {Page} page
 * @param {string} text
 */
export async function type(page, text) {
  await page.click(".input .text", { count: 3 });
  await page.keyboard.press("Backspace");
  await page.type(".input .text", text);
}

/**
 * Waits for what may appear in a shadow root: the driver hears of no change in there, and must look by itself at every frame.
 * @param {Page} page
 * @param {string} selector
 */
export function shown(page, selector) {
  return page.waitForSelector(selector, { visible: true });
}

/**
 * Another text in the place of the page's, in one go: whatever the page thinks of a text half typed, it does not see one.
 * @param {Page} page
 * @param {string} text
 */
export async function paste(page, text) {
  await page.click(".input .text", { count: 3 });
  await page.evaluate((text) => document.execCommand("insertText", false, text), text);
}

/**
 * Presses one of the buttons beside the input.
 * @param {Page} page
 * @param {1 | 2 | 3} place Run, Step, Back
 */
export async function press(page, place) {
  const button = `.buttons button:nth-of-type(${place})`;
  // A click is sent before the page has heard of it: what follows must see the page after, not before.
  await page.evaluate((button) => {
    const heard = new Promise((resolve) =>
      document.querySelector(button)?.addEventListener("click", () => resolve(true), { once: true }),
    );
    Object.assign(window, { heard });
  }, button);
  await page.click(button);
  await page.evaluate(() => /** @type {any} */ (window).heard);
}

/**
 * Waits until the output strip has so many tiles and nothing is being computed.
 * @param {Page} page
 * @param {number} count
 */
export async function tilesAre(page, count) {
  await page.waitForFunction(
    (count) => document.querySelector(".output diorama-token-strip")?.shadowRoot?.querySelectorAll("button").length === count,
    { timeout: PATIENCE },
    count,
  );
}

/**
 * Greedy ids straight from the module, on a device of its own.
 * @param {Page} page
 * @param {"cpu" | "webgpu"} device
 * @param {string} text
 */
export function greedyIds(page, device, text) {
  return page.evaluate(
    async ({ device, text }) => {
      const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
      const model = await loadModel("models/t5-tiny/", { device });
      const ids = [];
      for await (const step of model.generate({ text }, { maxNewTokens: 64 })) ids.push(step.id);
      const computed = model.info.device;
      model.dispose();
      return { ids, device: computed };
    },
    { device, text },
  );
}
