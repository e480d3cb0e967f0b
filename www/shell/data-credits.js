// The texts beside the page that a model can be trained on: what each is, where it comes from, and under which licence. Read from data/credits.json, the one place where that stands,
// when somebody unfolds the list.

import { LitElement, css, html, nothing } from "lit";
import { importing } from "../asset.js";
import { spoken, words } from "../i18n.js";
import { Preferences } from "./preferences.js";

/** In both languages of the page. @typedef {{ en: string, zh: string }} Told */
/** Addresses are written without "https://": the page links to no other host. @typedef {{ name: string, url: string, authors: string, license: string, license_url: string, notice?: string }} Source */
/**
 * `format`: what a line of the file is (data/README.md); `classes` in the order of their numbers.
 * @typedef {object} Credit
 * @property {string} file
 * @property {"en" | "zh"} language
 * @property {Told} title
 * @property {Told} about what was chosen and changed, and what it is good for
 * @property {"documents" | "lines" | "pairs" | "labelled"} format
 * @property {string[]} objectives
 * @property {string[]} [classes]
 * @property {number} lines
 * @property {number} bytes
 * @property {Source[]} sources
 */

export class DataCredits extends LitElement {
  static properties = { credits: { state: true }, error: { state: true } };

  static styles = css`
    :host {
      display: block;
      font: var(--small);
      color: var(--ink-soft);
    }
    summary {
      cursor: pointer;
      padding: 6px 0;
    }
    dl {
      margin: 4px 0 0;
      display: grid;
      gap: 2px 0;
      max-width: 90ch;
      overflow-wrap: anywhere;
    }
    dt {
      color: var(--ink);
      margin-top: 10px;
    }
    dd {
      margin: 0;
    }
    code {
      font: var(--mono-small);
    }
    pre {
      font: var(--mono-small);
      white-space: pre-wrap;
      margin: 0;
    }
    .error {
      color: var(--danger);
    }
  `;

  #preferences = new Preferences(this);

  constructor() {
    super();
    /** @type {Credit[] | undefined} */
    this.credits = undefined;
    /** @type {unknown} */
    this.error = undefined;
  }

  scheduleUpdate() {
    return spoken(this.#preferences.language, () => super.scheduleUpdate());
  }

  async #unfolded() {
    if (this.credits) return;
    try {
      const { default: found } = await importing(() => import("../data/credits.json", { with: { type: "json" } }));
      this.credits = /** @type {Credit[]} */ (found.files);
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    const say = words(this.#preferences.language);
    const language = this.#preferences.language === "zh" ? "zh" : "en";
    return html`<details @toggle=${this.#unfolded}
      ><summary>${say("data.title")}</summary> ${this.error ? html`<p class="error">${String(this.error)}</p>` : nothing}
      ${
        this.credits
          ? html`<p>${say("data.about")}</p
              ><dl
                >${this.credits.map(
                  (credit) =>
                    html` <dt
                        >${credit.title[language]} · <code>data/${credit.file}</code> ·
                        ${say("data.size", { lines: credit.lines.toLocaleString("en"), kb: Math.round(credit.bytes / 1000) })}</dt
                      >
                      <dd>${credit.about[language]}</dd>${credit.sources.map((source) => sourceOf(source, say))}`,
                )}</dl
              >`
          : nothing
      }</details
    >`;
  }
}

/**
 * @param {Source} source
 * @param {import("../trace.js").Say} say
 */
function sourceOf({ name, url, authors, license, license_url: terms, notice }, say) {
  return html`<dd lang="en"
      >${name}${url ? html` (${url})` : nothing}. ${authors}. ${license}${terms ? html` (${terms})` : nothing}.</dd
    >
    ${
      notice
        ? html`<dd
            ><details><summary>${say("data.notice", { license })}</summary><pre lang="en">${notice}</pre></details></dd
          >`
        : nothing
    }`;
}

if (!customElements.get("diorama-data-credits")) customElements.define("diorama-data-credits", DataCredits);
