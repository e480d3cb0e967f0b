// Addresses that nobody meant well, in each browser: no name in them becomes anything but a setting, no value ends a page.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";

/** Names that an element or every object has, and names that are none. */
const NAMES = [
  "onclick",
  "onfocus",
  "style",
  "class",
  "id",
  "hidden",
  "popover",
  "tabindex",
  "slot",
  "is",
  "title",
  "inert",
  "nonce",
  "part",
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "/",
  "a/b",
  "",
  "1",
  "data-x",
  "shadowroot",
  "innerHTML",
  "seen",
  "loaded",
];
const VALUES = [
  "",
  "0",
  "1",
  "-1",
  "1e309",
  "NaN",
  "alert(1)",
  "constructor",
  "__proto__",
  "toString",
  "position:fixed;inset:0",
  "models/",
  "%",
  "🙂",
  "\u0000",
  "\ufffe",
  "a".repeat(300),
  "neon",
  "true",
  "null",
];

/** The settings that are looked up in tables. */
const LOOKED_UP = ["lang", "theme", "device", "tool", "task", "lesson", "block", "b.view", "b.part", "b.plot"];

/** The generator of Park and Miller: the same addresses in every run. @param {number} seed */
function random(seed) {
  let state = seed;
  return (/** @type {number} */ below) => (state = (state * 48271) % 2147483647) % below;
}

/**
 * Addresses of hostile names and values, and some without sense.
 * @param {string[]} own settings that the page has
 * @param {number} count
 */
function hashes(own, count) {
  const draw = random(7);
  const pick = (/** @type {string[]} */ list) => list[draw(list.length)];
  const pair = () => [pick(draw(2) ? NAMES : [...own, ...LOOKED_UP]), pick(VALUES)].map(encodeURIComponent).join("=");
  const noise = () => Array.from({ length: 1 + draw(30) }, () => String.fromCharCode(33 + draw(94))).join("");
  return Array.from({ length: count }, (_, i) => (i % 5 === 4 ? noise() : Array.from({ length: 1 + draw(5) }, pair).join("&")));
}

/** What browsers may say of models that an address names and that are not there. */
const expected = [/404|Failed to load resource|ERR_FAILED|NetworkError/];

/**
 * Takes the page through addresses.
 * @param {import("puppeteer-core").Page} page
 * @param {string[]} list
 * @param {number} pause between them // ms
 * @returns {Promise<string[]>} what went wrong without a sentence, after which address
 */
function wander(page, list, pause) {
  return page.evaluate(
    async (list, pause) => {
      /** @type {string[]} */
      const wrong = [];
      addEventListener("error", (event) => wrong.push(`${location.hash}: ${event.message}`));
      addEventListener("unhandledrejection", (event) => wrong.push(`${location.hash}: ${event.reason?.stack ?? event.reason}`));
      document.addEventListener("securitypolicyviolation", (event) =>
        wrong.push(`${location.hash}: policy, ${event.violatedDirective}`),
      );
      for (const hash of list) {
        location.hash = hash;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      return wrong;
    },
    list,
    pause,
  );
}

/** The attributes of an element that an address has set. @param {import("puppeteer-core").Page} page @param {string} selector */
const attributesOf = (page, selector) => page.$eval(selector, (element) => element.getAttributeNames());

for (const browser of browsers) {
  test(`${browser}: an address sets a block's own settings, and no other attribute`, () =>
    visit(
      browser,
      "compare.html#onclick=alert(1)&style=position:fixed&class=a&id=b&hidden=&popover=&constructor=1&layer=1&a/b=1&/",
      async (page) => {
        await page.waitForFunction(() => /** @type {any} */ (document.querySelector("diorama-compare"))?.settings?.layer === 1);
        // A block keeps itself out of Firefox's page translation.
        const own = [
          "text",
          "masked",
          "encoder",
          "both",
          "decoder",
          "task",
          "layer",
          "head",
          "stack",
          "temperature",
          "tab",
          "lang",
          "theme",
          "device",
          "seed",
          "hide",
          "data-theme",
          "translate",
        ];
        const foreign = async () => (await attributesOf(page, "diorama-compare")).filter((name) => !own.includes(name));
        assert.deepEqual(await foreign(), []);
        assert.deepEqual(
          await wander(page, hashes(["layer", "head", "stack", "tab", "masked", "encoder", "temperature"], 120), 5),
          [],
        );
        assert.deepEqual(await foreign(), []);
      },
      { expected, webgpu: false },
    ));

  test(`${browser}: a word that every object knows is no language, block or tool`, () =>
    visit(
      browser,
      "embed.html#block=tokenizers&lang=constructor",
      async (page) => {
        await page.waitForFunction(() =>
          document.querySelector("diorama-tokenizers")?.shadowRoot?.textContent?.includes("Share / embed"),
        );
        for (const block of ["constructor", "__proto__", "toString"]) {
          await page.evaluate((block) => (location.hash = `block=${block}&lang=__proto__`), block);
          await page.waitForFunction((block) => document.querySelector(".error")?.textContent?.includes(block), {}, block);
        }
      },
      { expected, webgpu: false },
    ));

  test(`${browser}: blocks with settings without sense draw their defaults or say what is wrong`, () =>
    visit(
      browser,
      "embed.html#block=scaling",
      async (page) => {
        const tags = await page.evaluate(async () => {
          const { BLOCKS, define } = await import(new URL("diorama.js", document.baseURI).href);
          await Promise.all(Object.keys(BLOCKS).map(define));
          return Object.keys(BLOCKS).map((tag) => [
            tag.replace("diorama-", ""),
            Object.keys(/** @type {any} */ (document.createElement(tag)).defaults),
          ]);
        });
        const list = tags.flatMap(([tag, own]) =>
          hashes(/** @type {string[]} */ (own), 8).map((hash) => `block=${tag}&device=cpu&${hash}`),
        );
        assert.deepEqual(await wander(page, list, 60), []);
        assert.deepEqual(
          (await page.evaluate(() => document.body.firstElementChild?.getAttributeNames() ?? [])).filter((name) =>
            /^on|style|class|hidden|popover/.test(name),
          ),
          [],
        );
      },
      { expected, webgpu: false },
    ));

  for (const path of ["explore.html#device=cpu", "course.html", "blocks.html"]) {
    test(`${browser}: ${path.split("#")[0]} goes through addresses without sense`, () =>
      visit(
        browser,
        path,
        async (page) => {
          const own = [
            "text",
            "pair",
            "edits",
            "temperature",
            "layer",
            "head",
            "max",
            "seed",
            "hide",
            "written",
            "b.layer",
            "b.mode",
          ];
          assert.deepEqual(
            await wander(
              page,
              hashes(own, 60).map((hash) => `device=cpu&${hash}`),
              60,
            ),
            [],
          );
          const text = await page.evaluate(() =>
            [document.body, ...Array.from(document.body.querySelectorAll("*"), ({ shadowRoot }) => shadowRoot)].reduce(
              (sum, root) => sum + (root?.textContent?.trim().length ?? 0),
              0,
            ),
          );
          assert.ok(text > 300, `${text} characters on the page`);
        },
        { expected, webgpu: false },
      ));
  }
}
