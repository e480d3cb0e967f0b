// Under which licences the site stands, and where those of the libraries and of the training texts in it are: at a page's end, and in the playground's dialog of models.

import { LitElement, css, html } from "lit";
import { spoken, words } from "../i18n.js";
import "./data-credits.js";
import { Preferences } from "./preferences.js";

/** @param {import("../trace.js").Say} say */
export function colophon(say) {
  return html`<p class="colophon soft">${say("colophon.own")} <a href="THIRD-PARTY.txt">${say("colophon.others")}</a></p
    ><diorama-data-credits></diorama-data-credits>`;
}

export class Colophon extends LitElement {
  static styles = css`
    :host {
      display: block;
      margin-top: 32px;
      padding: 12px 0 24px;
      border-top: 1px solid var(--hairline);
    }
    p {
      margin: 0;
      font: var(--small);
      color: var(--ink-soft);
    }
    a {
      color: inherit;
      display: inline-block;
      padding: 6px 0;
    }
  `;

  #preferences = new Preferences(this);

  scheduleUpdate() {
    return spoken(this.#preferences.language, () => super.scheduleUpdate());
  }

  render() {
    return html`<footer>${colophon(words(this.#preferences.language))}</footer>`;
  }
}

if (!customElements.get("diorama-colophon")) customElements.define("diorama-colophon", Colophon);
