// Every block in a line: what it shows, the block itself when asked for, a link to it alone, its code and its settings; and below, how to put one into a page.

import { LitElement, html, nothing } from "lit";
import { importing } from "../asset.js";
import { BLOCKS, define } from "../blocks/gallery.js";
import { refusal } from "../blocks/refusal.js";
import { HIDEABLE, attributeOf } from "../blocks/settings.js";
import { codesOf, codeList } from "../blocks/share-panel.js";
import { hashOf } from "../blocks/share.js";
import { blockStyles } from "../blocks/styles.js";
import { spoken } from "../i18n.js";
import { Preferences, remembered } from "../shell/preferences.js";
import { SITE } from "../site.js";
import { readGuide } from "./guide.js";
import { SHELVES, keyOf } from "./shelves.js";
import { showcaseStyles } from "./styles.js";
import { wordsOf } from "./words.js";
import { keepMarkers } from "../translation.js";

/** @typedef {import("../blocks/block.js").Block} Block */
/** @typedef {import("../blocks/settings.js").Settings} Settings */

/** A frame's height until its block has told its own. // CSS px */
const HEIGHT = 480;

export class Showcase extends LitElement {
  static properties = Object.fromEntries(["shown", "opened", "copied", "guide", "error"].map((name) => [name, { state: true }]));

  static styles = [blockStyles, showcaseStyles];

  #guideIn = "";
  #preferences = new Preferences(this);

  constructor() {
    super();
    /** Blocks that stand in the page, by their tags. @type {Map<string, Block>} */
    this.shown = new Map();
    /** The blocks whose code is shown: their settings, and what can be left out of them. @type {Map<string, { settings: Settings, hideable: string[] }>} */
    this.opened = new Map();
    /** The code that was copied last: a tag and a kind. */
    this.copied = "";
    /** @type {Node[]} */
    this.guide = [];
    /** What went wrong last. @type {unknown} */
    this.error = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    keepMarkers(this);
  }

  get language() {
    return this.#preferences.language;
  }

  get shade() {
    return this.#preferences.shade;
  }

  get say() {
    return wordsOf(this.language);
  }

  /** What is shown stays until there are words for what comes. */
  scheduleUpdate() {
    return spoken(this.language, () => super.scheduleUpdate());
  }

  willUpdate() {
    const { theme } = remembered(location.hash);
    this.dataset.theme = this.shade;
    this.lang = this.language === "zh" ? "zh-Hans" : "en";
    for (const block of this.shown.values()) Object.assign(block, { lang: this.language, theme });
    if (this.#guideIn === this.language) return;
    this.#guideIn = this.language;
    this.#attempt(async () => {
      const [language, guide] = [this.language, await readGuide(this.language)];
      if (language === this.language) this.guide = guide;
    });
  }

  render() {
    const { say, error } = this;
    return html`<header>
        <h1>${say("blocks.title")}</h1>
        <p class="lead">${say("blocks.lead")}</p>
        <button type="button" class="link" @click=${() => this.renderRoot.querySelector("#guide")?.scrollIntoView()}
          >${say("blocks.how")}</button
        >
        ${error ? refusal(error, say) : nothing}
      </header>
      ${SHELVES.map(
        ({ id, tags }) =>
          html`<section aria-labelledby=${id}>
            <h2 id=${id}>${say(`blocks.shelf.${id}`)}</h2>
            <ul
              >${tags.map((tag) => html`<li>${this.#entry(tag)}</li>`)}</ul
            >
          </section>`,
      )}
      <section class="guide" id="guide">${this.guide}</section>`;
  }

  /** @param {string} tag */
  #entry(tag) {
    const { say, language } = this;
    const [block, opened] = [this.shown.get(tag), this.opened.get(tag)];
    const name = say(`blocks.name.${keyOf(tag)}`);
    const { lang, theme } = remembered(location.hash);
    const alone = hashOf(tag, { ...(lang ? { lang } : {}), ...(theme === "auto" ? {} : { theme }) });
    return html`<div class="about"><h3>${name}</h3><p>${say(`blocks.line.${keyOf(tag)}`)}</p></div>
      <div class="do" role="group" aria-label=${name}>
        <button type="button" aria-expanded=${block !== undefined} @click=${() => this.#show(tag)}
          >${say(block ? "blocks.hide" : "blocks.show")}</button
        >
        <a href=${new URL(`embed.html#${alone}`, SITE).href}>${say("blocks.open")}</a>
        <button type="button" class="link" aria-expanded=${opened !== undefined} @click=${() => this.#open(tag)}
          >${say("blocks.code")}</button
        >
      </div>
      ${
        opened
          ? html`<div class="code">
              ${codeList(codesOf(tag, { lang: language }, HEIGHT), this.copied.startsWith(`${tag} `) ? this.copied.split(" ")[1] : "", say, (kind, code) => this.#copy(tag, kind, code))}
              <p class="small" id=${`settings-${tag}`}>${say("blocks.settings")}</p>
              <div class="scroll" tabindex="0"
                ><table aria-labelledby=${`settings-${tag}`}>
                  <thead
                    ><tr><th scope="col">${say("blocks.setting")}</th><th scope="col">${say("blocks.default")}</th></tr></thead
                  >
                  <tbody
                    >${Object.entries(opened.settings).map(([setting, value]) => html`<tr><th scope="row">${attributeOf(setting)}</th><td>${value === "" ? html`<span class="soft">${say("blocks.empty")}</span>` : String(value)}</td></tr>`)}</tbody
                  ></table
                ></div
              >
              <p class="small hideable"
                >${say("blocks.hideable")} ${[...HIDEABLE, ...opened.hideable].map((part) => html`<code>${part}</code> `)}</p
              >
            </div>`
          : nothing
      }
      ${block ? html`<div class="block">${block}</div>` : nothing}`;
  }

  /** @param {string} tag */
  #show(tag) {
    return this.#attempt(async () => {
      const shown = new Map(this.shown);
      if (!shown.delete(tag)) {
        await define(tag);
        shown.set(
          tag,
          Object.assign(/** @type {Block} */ (document.createElement(tag)), {
            lang: this.language,
            theme: remembered(location.hash).theme,
          }),
        );
      }
      this.shown = shown;
      await this.updateComplete;
      // It begins when it is seen.
      shown.get(tag)?.scrollIntoView({ block: "nearest" });
    });
  }

  /** @param {string} tag */
  #open(tag) {
    return this.#attempt(async () => {
      const opened = new Map(this.opened);
      if (!opened.delete(tag)) opened.set(tag, (await importing(BLOCKS[tag])).element);
      this.opened = opened;
    });
  }

  /**
   * @param {string} tag
   * @param {string} kind
   * @param {string} code
   */
  #copy(tag, kind, code) {
    return this.#attempt(async () => {
      await navigator.clipboard.writeText(code);
      this.copied = `${tag} ${kind}`;
    });
  }

  /** @param {() => Promise<unknown>} action */
  async #attempt(action) {
    try {
      await action();
      this.error = undefined;
    } catch (error) {
      this.error = error;
    }
  }
}

if (!customElements.get("diorama-showcase")) customElements.define("diorama-showcase", Showcase);
