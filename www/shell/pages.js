// The pages of the site, as links that keep the reader's language and theme.

import { html } from "lit";
import { pageIn } from "./preferences.js";

/** @typedef {"home" | "explore" | "train" | "compare" | "course" | "blocks"} Page */

/** The first page is behind the site's name; the three families are the other half of "explore". @type {[Page, string][]} */
const PAGES = [
  ["explore", "explore.html"],
  ["train", "train.html"],
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
    >${PAGES.map(([page, file]) => html`<a href=${pageIn(file, preferences)} aria-current=${page === here || (page === "explore" && here === "compare") ? "page" : "false"}>${say(`pages.${page}`)}</a>`)}</nav
  >`;
}

/**
 * One text under one model, or under one of each family: either page takes the text along to the other.
 * @param {"explore" | "compare"} here
 * @param {{ lang: string, theme: import("./preferences.js").Theme }} preferences
 * @param {string} text empty where the other page should begin with its own
 * @param {import("../trace.js").Say} say
 */
export function oneOrThree(here, preferences, text, say) {
  const link = (/** @type {"explore" | "compare"} */ page) =>
    html`<a href=${pageIn(`${page}.html`, preferences, text ? { text } : {})} aria-current=${page === here ? "page" : "false"}
      >${say(`pages.${page}.models`)}</a
    >`;
  return html`<nav class="one-or-three" aria-label=${say("pages.models")}>${link("explore")}${link("compare")}</nav>`;
}
