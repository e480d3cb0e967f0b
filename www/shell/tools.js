// What the reader does with the text and the model at hand: look (the page's own lenses), or one of the blocks that try something with them.

import { html } from "lit";
import { define } from "../blocks/gallery.js";
import { entry } from "../lookup.js";
import { FROM_DISK } from "../state.js";
import { give, textOf } from "../blocks/settings.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../kinds.js").Kind} Kind */
/** `kinds` are those whose models it knows; `bare`: it takes the reader's text without the task before it. @typedef {{ id: string, tag: string, kinds?: Kind[], bare?: true }} Tool */

/** In the order of the tabs; "look" stands before them. @type {Tool[]} */
export const TOOLS = [
  { id: "tokenizers", tag: "diorama-tokenizers", bare: true },
  { id: "heads", tag: "diorama-heads" },
  { id: "masklab", tag: "diorama-mask-lab" },
  { id: "corruption", tag: "diorama-corruption", kinds: ["encoder", "encoder-decoder"] },
  { id: "generation", tag: "diorama-generation" },
  { id: "change", tag: "diorama-change" },
  { id: "architecture", tag: "diorama-architecture" },
  { id: "cell", tag: "diorama-cell" },
];

/** The elements that were opened: each keeps what it has while the reader looks at another. @type {WeakMap<App, Map<string, any>>} */
const OPENED = new WeakMap();

/** The tab that was brought into sight last. @type {WeakMap<App, Element>} */
const SHOWN = new WeakMap();

/** @param {App} app */
export function toolsOf({ kind }) {
  return TOOLS.filter(({ kinds }) => !kinds || kinds.includes(kind));
}

/** @param {App} app */
export function tabs(app) {
  const ids = ["look", ...toolsOf(app).map(({ id }) => id)];
  const chosen = chosenId(app);
  app.updateComplete.then(() => showTab(app));
  return html`<nav
    class="tools-bar"
    role="tablist"
    aria-label=${app.say("tools.title")}
    @keydown=${(/** @type {KeyboardEvent} */ event) => walk(app, ids, event)}
  >
    ${ids.map(
      (id) =>
        html`<button
          type="button"
          role="tab"
          id=${`tab-${id}`}
          aria-selected=${id === chosen}
          aria-controls="tool-panel"
          tabindex=${id === chosen ? 0 : -1}
          @click=${() => choose(app, id)}
          >${app.say(`tools.${id}`)}</button
        >`,
    )}
  </nav>`;
}

/**
 * The chosen tool's element, or nothing for the page's own lenses.
 * @param {App} app
 */
export function tool(app) {
  const chosen = toolsOf(app).find(({ id }) => id === chosenId(app));
  return chosen ? html`<div class="tool">${elementOf(app, chosen)}</div>` : undefined;
}

/**
 * The open tool takes on the settings of the address, as it does when it is opened.
 * @param {App} app
 */
export function followAddress(app) {
  const element = openedFor(app, app.state.tool);
  if (element?.defaults) set(element, app.state.block);
}

/**
 * Another tool; one that was open before comes back with the settings that it has, and the link names them.
 * @param {App} app
 * @param {string} id
 */
function choose(app, id) {
  const element = openedFor(app, id);
  app.set({ tool: id, block: element?.defaults ? own(element.changed()) : {} });
}

/**
 * @param {App} app
 * @param {string} id
 * @returns {any} undefined where that tool has not been opened
 */
function openedFor(app, id) {
  return OPENED.get(app)?.get(TOOLS.find((tool) => tool.id === id)?.tag ?? "");
}

/**
 * Brings the chosen tab into sight where the bar is longer than the screen is wide.
 * @param {App} app
 */
function showTab(app) {
  const bar = app.querySelector(".tools-bar");
  const tab = /** @type {HTMLElement | null} */ (bar?.querySelector('[aria-selected="true"]') ?? null);
  if (!bar || !tab || tab === SHOWN.get(app)) return;
  SHOWN.set(app, tab);
  bar.scrollLeft = tab.offsetLeft - bar.getBoundingClientRect().left - (bar.clientWidth - tab.offsetWidth) / 2;
}

/** @param {App} app */
function chosenId(app) {
  return toolsOf(app).some(({ id }) => id === app.state.tool) ? app.state.tool : "look";
}

/**
 * @param {App} app
 * @param {Tool} tool
 */
function elementOf(app, { tag, bare }) {
  const opened = OPENED.get(app) ?? new Map();
  OPENED.set(app, opened);
  let element = opened.get(tag);
  if (!element) {
    element = document.createElement(tag);
    app.attempt(async () => {
      await define(tag);
      set(element, app.state.block);
    });
    element.addEventListener("diorama-settings", (/** @type {CustomEvent} */ { detail }) =>
      app.keep({ ...app.state, block: own(detail.settings) }),
    );
    opened.set(tag, element);
  }
  const text = (bare ? "" : app.task.prefix) + app.state.text;
  Object.assign(element, {
    loaded: app.model,
    model: "",
    address: app.opened.startsWith(FROM_DISK) ? "" : app.opened,
    text,
    pair: app.state.pair,
    lang: app.language,
    theme: app.theme,
  });
  return element;
}

/**
 * Settings that are the block's and not the page's, as they stand in a link.
 * @param {Record<string, any>} settings
 */
function own({ model, text, pair, lang, theme, hide, ...rest }) {
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, textOf(value)]));
}

/** Settings of the page that every tool is given. */
const OF_PAGE = ["model", "text", "pair", "lang", "theme", "hide"];

/**
 * Gives a tool its settings out of the address; those that the address does not name are at their defaults.
 * @param {any} element
 * @param {Record<string, string>} given
 */
function set(element, given) {
  for (const name of Object.keys(element.defaults)) if (!OF_PAGE.includes(name)) give(element, name, entry(given, name) ?? null);
}

/**
 * @param {App} app
 * @param {string[]} ids
 * @param {KeyboardEvent} event
 */
function walk(app, ids, event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = ids[(ids.indexOf(chosenId(app)) + step + ids.length) % ids.length];
  choose(app, next);
  app.updateComplete.then(() => /** @type {HTMLElement | null} */ (app.querySelector(`#tab-${next}`))?.focus());
}
