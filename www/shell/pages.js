// The pages of the site, as links that keep the reader's language and theme.

import { html } from "lit";
import { pageIn } from "./preferences.js";

/** @typedef {"playground" | "compare" | "course" | "blocks"} Page */

/** @type {[Page, string][]} */
const PAGES = [
  ["playground", "index.html"],
  ["compare", "compare.html"],
  ["course", "course.html"],
  ["blocks", "blocks.html"],
];

/**
 * @param {Page} here
 * @param {{ lang: string, theme: import("./preferences.js").Theme }} preferences
 * @param {import("../trace.js").Say} say
 */
export function pages(here, preferences, say) {
  return html`<nav class="pages" aria-label=${say("pages.title")}
    >${PAGES.map(([page, file]) => html`<a href=${pageIn(file, preferences)} aria-current=${page === here ? "page" : "false"}>${say(`pages.${page}`)}</a>`)}</nav
  >`;
}
