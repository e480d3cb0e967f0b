// The head of every page but the playground, which has its own: name, pages, language, theme. It sets the page's language and theme, and blocks follow.

import { LitElement, css, html, nothing } from "lit";
import { spoken, words } from "../i18n.js";
import { blockStyles } from "../blocks/styles.js";
import { oneOrThree, pages } from "./pages.js";
import { undoButtons } from "./undo.js";
import { wordless } from "./wordless.js";
import { Preferences, pageIn, prefer, remembered } from "./preferences.js";
import { keepMarkers } from "../translation.js";

const NEXT_THEME = /** @type {const} */ ({ auto: "light", light: "dark", dark: "auto" });
const THEME_SIGN = { auto: "◐", light: "○", dark: "●" };

/** `page` is the one that the reader is on; `heading` is the page's title, where it is not one of the known pages. */
export class Masthead extends LitElement {
  static properties = { page: {}, heading: {}, trail: { attribute: false } };

  static styles = [
    blockStyles,
    css`
      header {
        display: flex;
        align-items: center;
        gap: 4px 8px;
        min-height: 46px;
        border-bottom: 1px solid var(--hairline);
        flex-wrap: wrap;
      }
      .name {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: 19px;
        font-weight: 650;
        letter-spacing: 0.01em;
        color: inherit;
        text-decoration: none;
      }
      h1 {
        margin: 0;
        line-height: 1;
        font-size: 19px;
      }
      .brand {
        margin-right: 12px;
        display: grid;
        justify-items: start;
      }
      .brand .name {
        line-height: 24px;
      }
      .tagline {
        margin: 0;
        font: 13px/16px var(--sans);
        color: var(--ink-soft);
        white-space: nowrap;
      }
      .pages {
        display: flex;
        gap: 4px;
      }
      .one-or-three {
        display: flex;
        margin-left: 8px;
        border: 1px solid var(--hairline-strong);
        border-radius: 14px;
        overflow: hidden;
      }
      .one-or-three a {
        font: var(--small);
        line-height: 26px;
        padding: 0 12px;
        color: var(--ink-soft);
        text-decoration: none;
        white-space: nowrap;
      }
      .one-or-three a[aria-current="page"] {
        background: var(--ink);
        color: var(--paper);
      }
      .spring {
        flex: 1;
      }
      .pages a {
        font: 15px/1.3 var(--sans);
        color: var(--ink-soft);
        text-decoration: none;
        padding: 6px 10px;
        border-radius: 4px;
      }
      .pages a:hover {
        background: var(--hairline);
      }
      .pages a[aria-current="page"] {
        color: var(--ink);
        font-weight: 600;
      }
      button {
        border-color: transparent;
        background: none;
        padding: 0 10px;
        font: var(--small);
      }
      button:hover {
        background: var(--hairline);
      }
      .theme,
      .undo button {
        font-size: 16px;
        width: 36px;
      }
      .undo button:disabled {
        color: var(--ink-ghost);
      }
      @media (max-width: 640px) {
        header {
          padding: 6px 0;
        }
        .brand {
          flex: 1;
        }
        .spring {
          display: none;
        }
        .one-or-three {
          order: 1;
          margin: 0;
        }
        .pages {
          order: 1;
          flex-basis: 100%;
          margin-left: -10px;
        }
        .pages a {
          padding: 10px;
        }
        button {
          min-height: 40px;
        }
      }
    `,
  ];

  #preferences = new Preferences(this);
  #follow = () => this.requestUpdate();

  constructor() {
    super();
    /** @type {import("./pages.js").Page} */
    this.page = "compare";
    this.heading = "";
    /** What can be taken back, on a page where something can. @type {import("../trail.js").Trail | undefined} */
    this.trail = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    keepMarkers(this);
  }

  get language() {
    return this.#preferences.language;
  }

  /** What is shown stays until there are words for what comes. */
  scheduleUpdate() {
    return spoken(this.language, () => super.scheduleUpdate());
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("trail")) this.trail?.addEventListener("change", this.#follow);
  }

  render() {
    const preferences = remembered(location.hash);
    const { theme } = preferences;
    const { language, shade } = this.#preferences;
    const say = words(language);
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
    document.documentElement.dataset.theme = shade;
    document.title = this.heading || say(`pages.${this.page}.title`);
    this.dataset.theme = shade;
    // A lesson has a title of its own; a page that is one block is called by the site's.
    const name = html`<a class="name" href=${pageIn("index.html", preferences)}
      ><img src="favicon.svg" alt="" width="24" height="24" />Diorama</a
    >`;
    const other = language === "zh" ? "en" : "zh";
    return html`<header>
        <div class="brand"
          >${this.page === "compare" ? html`<h1>${name}</h1>` : name}<p class="tagline">${say("site.line")}</p></div
        >
        ${pages(this.page, preferences, say)}
        ${this.page === "compare" ? oneOrThree("compare", preferences, preferences.settings.text ?? "", say) : nothing}
        <span class="spring"></span> ${this.trail ? undoButtons(this.trail, say) : nothing}
        <button
          type="button"
          lang=${other === "zh" ? "zh-Hans" : "en"}
          aria-label=${say("lang.switch")}
          @click=${() => prefer({ lang: other })}
          >${other === "zh" ? "中文" : "EN"}</button
        >
        <button
          type="button"
          class="theme"
          aria-label=${say(`theme.${theme}`)}
          title=${say(`theme.${theme}`)}
          @click=${() => prefer({ theme: NEXT_THEME[theme] })}
          >${THEME_SIGN[theme]}</button
        >
      </header>
      ${wordless(language, say)}`;
  }
}

if (!customElements.get("diorama-masthead")) customElements.define("diorama-masthead", Masthead);
