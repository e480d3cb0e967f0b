// The reader's language and theme, which travel from page to page in the links' #hash: nothing is stored.

import { preferredLanguage } from "../i18n.js";
import { Printing, onPaper } from "../printing.js";

/** @typedef {"auto" | "light" | "dark"} Theme */

/**
 * What a hash says: `lang` is empty where it follows the browser; the rest are a page's own settings.
 * @param {string} hash
 * @returns {{ lang: string, theme: Theme, settings: Record<string, string> }}
 */
export function remembered(hash) {
  const { lang = "", theme = "", ...settings } = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));
  return {
    lang: ["en", "zh"].includes(lang) ? lang : "",
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    settings,
  };
}

/**
 * The address of another page, in the reader's language and theme.
 * @param {string} page
 * @param {{ lang: string, theme: Theme }} preferences
 * @param {Record<string, string>} [settings] of that page
 */
export function pageIn(page, { lang, theme }, settings = {}) {
  const own = { ...(lang ? { lang } : {}), ...(theme === "auto" ? {} : { theme }) };
  const hash = new URLSearchParams({ ...settings, ...own }).toString();
  return hash ? `${page}#${hash}` : page;
}

/**
 * Writes a preference into the address, and tells the page.
 * @param {{ lang?: string, theme?: Theme }} change
 */
export function prefer(change) {
  const hash = new URLSearchParams(location.hash.slice(1));
  for (const [name, value] of Object.entries(change)) {
    if (value === "" || value === "auto") hash.delete(name);
    else hash.set(name, value);
  }
  const text = hash.toString();
  history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  document.dispatchEvent(new CustomEvent("diorama-preferences"));
}

/** @param {string} lang */
export function languageOf(lang) {
  return lang || preferredLanguage(navigator.languages);
}

const dark = matchMedia("(prefers-color-scheme: dark)");

/**
 * What a theme looks like now: paper is light.
 * @param {Theme} theme
 * @returns {"light" | "dark"}
 */
export function shadeOf(theme) {
  if (onPaper()) return "light";
  return theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
}

/** Draws an element anew whenever the reader's language or theme changes, while it stands in the page. */
export class Preferences {
  #follow;

  /** @param {import("lit").ReactiveControllerHost} host */
  constructor(host) {
    this.#follow = () => host.requestUpdate();
    host.addController(this);
    new Printing(host);
  }

  hostConnected() {
    for (const [target, name] of HEARD) target.addEventListener(name, this.#follow);
  }

  hostDisconnected() {
    for (const [target, name] of HEARD) target.removeEventListener(name, this.#follow);
  }

  get language() {
    return languageOf(remembered(location.hash).lang);
  }

  /** "light" or "dark" */
  get shade() {
    return shadeOf(remembered(location.hash).theme);
  }
}

/** @type {[EventTarget, string][]} */
const HEARD = [
  [window, "hashchange"],
  [document, "diorama-preferences"],
  [dark, "change"],
];
