// Opens the built site in a real browser with a real WebGPU adapter, for the browser stories (story.js), for pictures and for the bench.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { serveStatic } from "./static.js";

/** @typedef {"chromium" | "firefox"} BrowserName */

/**
 * @typedef {object} OpenOptions
 * @property {string} [root]     folder to serve; default: dist/
 * @property {number} [width]    CSS pixels; default 1280
 * @property {number} [height]   CSS pixels; default 800
 * @property {number} [scale]    device pixels per CSS pixel; default 1
 * @property {"light" | "dark"} [theme]   what the system prefers; default "light"
 * @property {string} [lang]     the browser's language, such as "en" or "zh-CN"; default "en"
 * @property {boolean} [motion]  false: the system asks for reduced motion; default true
 * @property {boolean} [webgpu]  false: a browser without WebGPU, to test that case; default true
 * @property {boolean} [offline]   true: the site may keep itself in the browser; default false, so that every test sees what the server has
 * @property {string[]} [asked]     other hosts that the site's asker.js may ask; default: none
 * @property {RegExp[]} [expected]   problems that the test provokes on purpose
 */

/**
 * @typedef {object} Tab
 * @property {import("puppeteer-core").Page} page
 * @property {string} base          address of the served folder, ending in "/"
 * @property {() => string[]} served     files of the site that the browser has asked for so far
 * @property {() => Promise<void>} stopServing   the site's server is gone
 * @property {() => string[]} problems   console errors, exceptions, failed requests and requests to other hosts so far
 * @property {() => Promise<void>} close   closes the browser, or the part of it that was lent, and the server; rejects if there were problems
 */

/** A whole browser, or one of its contexts, which share nothing. @typedef {Pick<import("puppeteer-core").Browser, "pages" | "newPage" | "close">} Handle */

/** @type {BrowserName[]} */
export const browsers = ["chromium", "firefox"];

/**
 * Opens `path` of the site. Rejects if the browser is missing or offers no WebGPU adapter.
 *
 * @param {BrowserName} browser
 * @param {string} [path]   relative to the site's folder, with query and hash, or a whole http://127.0.0.1 address
 * @param {OpenOptions} [options]
 * @param {(browser: BrowserName, options: OpenOptions) => Promise<Handle>} [lend]   where the browser comes from; default: a new one
 * @returns {Promise<Tab>}
 */
export async function open(browser, path = "", options = {}, lend = launch) {
  const site = await serveStatic(options.root ?? DIST, undefined, [], options.asked);
  /** @type {Handle | undefined} */
  let handle;
  const closeAll = async () => {
    await handle?.close();
    await site.close();
  };
  try {
    handle = await lend(browser, options);
    const page = await newPage(handle, browser, options);
    const seen = listen(page);
    await page.goto(new URL(path, site.base).href, { waitUntil: "load" });
    if (options.webgpu !== false) await requireAdapter(page, browser);
    const problems = () =>
      [...seen, ...site.problems].filter((line) => !(options.expected ?? []).some((pattern) => pattern.test(line)));
    const close = async () => {
      await new Promise((resolve) => setTimeout(resolve, SETTLE));
      // What a browser reports while it takes the page down is not the page's doing: Firefox aborts the buffer mappings that are under way.
      const found = problems();
      await closeAll();
      if (found.length > 0) throw new Error(`${browser}: the page had problems:\n  ${found.join("\n  ")}`);
    };
    return { page, base: site.base, served: () => [...site.served], stopServing: () => site.close(), problems, close };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

const PROGRAMS = {
  chromium: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  firefox: ["firefox-esr", "firefox"],
};

// A slow machine with a software adapter may need minutes for what takes a GPU a moment.
const PROTOCOL_TIMEOUT = 180_000; // ms

// Reports of blocked requests and uncaught exceptions reach us a moment after the page has caused them.
const SETTLE = 150; // ms

/**
 * @param {BrowserName} browser
 * @param {OpenOptions} options
 */
export function launch(browser, options) {
  return puppeteer.launch(launchOptions(browser, options));
}

/**
 * What a browser is started with: two pages that want the same may share one.
 * @param {BrowserName} browser
 * @param {OpenOptions} options
 * @returns {import("puppeteer-core").LaunchOptions}
 */
export function launchOptions(browser, options) {
  const common = { executablePath: program(browser), headless: true, protocolTimeout: PROTOCOL_TIMEOUT, defaultViewport: null };
  const lang = options.lang ?? "en";
  if (browser === "chromium") {
    return {
      ...common,
      browser: "chrome",
      args: [
        "--no-sandbox",
        ...(options.webgpu === false ? [] : ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]),
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        `--lang=${lang}`,
        `--accept-lang=${lang}`,
      ],
    };
  }
  return {
    ...common,
    browser: "firefox",
    extraPrefsFirefox: {
      "dom.webgpu.enabled": options.webgpu !== false,
      "gfx.webgpu.ignore-blocklist": options.webgpu !== false,
      "dom.serviceWorkers.enabled": options.offline === true,
      "intl.accept_languages": lang,
      // The driver turns this protection off; readers have it on.
      "security.fileuri.strict_origin_policy": true,
      // 0 is dark, 1 is light.
      "layout.css.prefers-color-scheme.content-override": options.theme === "dark" ? 0 : 1,
      "ui.prefersReducedMotion": options.motion === false ? 1 : 0,
    },
  };
}

/** @param {BrowserName} browser */
function program(browser) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const name of PROGRAMS[browser]) {
    for (const folder of folders) {
      if (existsSync(join(folder, name))) return join(folder, name);
    }
  }
  throw new Error(
    `${browser} is not installed (looked for ${PROGRAMS[browser].join(", ")}); on Debian: apt-get install chromium firefox-esr`,
  );
}

/**
 * @param {Handle} handle
 * @param {BrowserName} browser
 * @param {OpenOptions} options
 */
async function newPage(handle, browser, options) {
  const [first] = await handle.pages();
  const page = first ?? (await handle.newPage());
  page.setDefaultTimeout(PROTOCOL_TIMEOUT);
  await page.setViewport({ width: options.width ?? 1280, height: options.height ?? 800, deviceScaleFactor: options.scale ?? 1 });
  if (browser === "chromium") {
    if (!options.offline) await page.evaluateOnNewDocument(() => delete (/** @type {any} */ (Navigator.prototype).serviceWorker));
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: options.theme ?? "light" },
      { name: "prefers-reduced-motion", value: options.motion === false ? "reduce" : "no-preference" },
    ]);
  }
  return page;
}

/** @param {import("puppeteer-core").Page} page */
function listen(page) {
  /** @type {string[]} */
  const problems = [];
  const opened = Date.now();
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()} (${message.location().url ?? "unknown place"})`);
  });
  page.on("pageerror", (error) => {
    const said = error instanceof Error ? (error.stack ?? error.message) : error;
    problems.push(`exception: ${said} (${Date.now() - opened} ms after the page was opened)`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    const own = url.hostname === "127.0.0.1" || !["http:", "https:", "ws:", "wss:"].includes(url.protocol);
    if (!own) problems.push(`request to another host: ${request.url()}`);
  });
  return problems;
}

/**
 * @param {import("puppeteer-core").Page} page
 * @param {BrowserName} browser
 */
async function requireAdapter(page, browser) {
  const found = await page.evaluate(async () => {
    if (navigator.gpu === undefined) return "navigator.gpu is absent";
    return (await navigator.gpu.requestAdapter()) === null ? "requestAdapter() gave none" : "an adapter";
  });
  if (found !== "an adapter")
    throw new Error(
      `${browser} has no WebGPU adapter here (${found}); on Debian: apt-get install mesa-vulkan-drivers libvulkan1`,
    );
}
