// What the reader does with the text and the model at hand: look (the page's own lenses), or one of the blocks that try something with them.

import { html, nothing } from "lit";
import { define } from "../blocks/gallery.js";
import { entry } from "../lookup.js";
import { isHeldHere } from "../own.js";
import { chosen, headOf, layerOf, mainStack } from "./choice.js";
import { give, textOf } from "../blocks/settings.js";

/** @typedef {import("../explore.js").App} App */
/** @typedef {import("../kinds.js").Kind} Kind */
/** @typedef {"see" | "write" | "change" | "open"} Group */
/** `group`: what the reader does there; `kinds` are those whose models it knows; `bare`: it takes the reader's text without the task before it. @typedef {{ id: string, group: Group, tag: string, kinds?: Kind[], bare?: true }} Tool */

/** In the order of the tabs; "look" stands before them, in the first group. @type {Tool[]} */
export const TOOLS = [
  { id: "heads", group: "see", tag: "diorama-heads" },
  { id: "cell", group: "see", tag: "diorama-cell" },
  { id: "generation", group: "write", tag: "diorama-generation" },
  { id: "masklab", group: "change", tag: "diorama-mask-lab" },
  { id: "change", group: "change", tag: "diorama-change" },
  { id: "corruption", group: "change", tag: "diorama-corruption", kinds: ["encoder", "encoder-decoder"] },
  { id: "architecture", group: "open", tag: "diorama-architecture" },
  { id: "tokenizers", group: "open", tag: "diorama-tokenizers", bare: true },
];

/** Tools that look at one layer and head, as the page does. */
const LOOKING = ["heads", "cell"];

/** @type {Group[]} */
const GROUPS = ["see", "write", "change", "open"];

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
  const tools = [{ id: "look", group: "see" }, ...toolsOf(app)];
  const ids = tools.map(({ id }) => id);
  const chosen = chosenId(app);
  const tab = (/** @type {{ id: string }} */ { id }) =>
    html`<button
      type="button"
      role="tab"
      id=${`tab-${id}`}
      aria-selected=${id === chosen}
      aria-controls="tool-panel"
      tabindex=${id === chosen ? 0 : -1}
      @click=${() => openTool(app, id)}
      >${app.say(`tools.${id}`)}</button
    >`;
  app.updateComplete.then(() => showTab(app));
  return html`<nav
    class="tools-bar"
    role="tablist"
    aria-label=${app.say("tools.title")}
    @keydown=${(/** @type {KeyboardEvent} */ event) => walk(app, ids, event)}
  >
    ${GROUPS.map((group) => {
      const own = tools.filter((tool) => tool.group === group);
      return own.length === 0
        ? nothing
        : html`<span class="group" role="presentation"
            ><small aria-hidden="true">${app.say(`tools.group.${group}`)}</small>${own.map(tab)}</span
          >`;
    })}
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
 * Another tool. It looks at what the page looks at; its other settings are those that it had when it was open before, and the link names them.
 * @param {App} app
 * @param {string} id
 * @param {Record<string, string | number>} [settings] of the tool, for which it is opened
 */
export function openTool(app, id, settings = {}) {
  const element = openedFor(app, id);
  const before = element?.defaults ? own(element.changed()) : {};
  const choice = own({ ...chosenFor(app, id), ...settings });
  const block = { ...before, ...choice };
  if (element?.defaults) set(element, block);
  app.set({ tool: id, block });
}

/**
 * The page's layer, head and stack as a tool names them.
 * @param {App} app
 * @param {string} id
 * @returns {Record<string, string | number>}
 */
function chosenFor(app, id) {
  if (!app.model || !LOOKING.includes(id)) return {};
  const stack = mainStack(app);
  const head = headOf(app, stack);
  const layer = layerOf(app, stack) + 1;
  if (id === "heads") return { stack, layer, head: head === "mean" ? "mean" : String(head) };
  return head === "mean" ? { stack, layer } : { stack, layer, head: head + 1 };
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
function elementOf(app, { id, tag, bare }) {
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
      app.keep({ ...app.state, ...chosenIn(app, id, element.settings), block: own(detail.settings) }),
    );
    opened.set(tag, element);
  }
  const text = (bare ? "" : app.task.prefix) + app.state.text;
  Object.assign(element, {
    loaded: app.model,
    model: "",
    address: isHeldHere(app.opened) ? "" : app.opened,
    text,
    pair: app.state.pair,
    lang: app.language,
    theme: app.theme,
  });
  return element;
}

/**
 * What was chosen in a tool, as the page's own choice.
 * @param {App} app
 * @param {string} id
 * @param {Record<string, any>} settings
 * @returns {Partial<import("../state.js").State>}
 */
function chosenIn(app, id, { stack, layer, head }) {
  if (!LOOKING.includes(id)) return {};
  // "All heads" counts them from 0, and knows their mean and their largest by name.
  const counted = id === "cell" ? head : /^\d+$/.test(head) ? Number(head) + 1 : 0;
  return chosen(app, stack, { layer, head: counted });
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
  openTool(app, next);
  app.updateComplete.then(() => /** @type {HTMLElement | null} */ (app.querySelector(`#tab-${next}`))?.focus());
}
