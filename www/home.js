// The first page: one sentence that is translated live, the attention of one written word, three ways to break the model, and the doors to the rest.
// What the reader does is in the page's #hash, under names that Explore does not use: `say` is the text, `break` what is broken.

import { LitElement, html, nothing } from "lit";
import { addressIn } from "./catalogue.js";
import { breakOf } from "./home/breaks.js";
import { breaks } from "./home/broken.js";
import { doors } from "./home/doors.js";
import { picture } from "./home/picture.js";
import { Translator } from "./home/translator.js";
import { spoken, words } from "./i18n.js";
import { keepOffline } from "./offline.js";
import { Pause } from "./pause.js";
import { sentence } from "./sentence.js";
import "./shell/colophon.js";
import { Field } from "./shell/field.js";
import "./shell/masthead.js";
import { Preferences, remembered } from "./shell/preferences.js";
import { named } from "./spelling.js";
import { defaultsOf } from "./state.js";
import { keepMarkers } from "./translation.js";
import { SentenceLines } from "./views/sentence-lines.js";

/** @typedef {import("./home/breaks.js").Break} Break */

/** Of a typed text. // characters */
const LONGEST = 300;

/** How long the reader must pause before a half-typed text is translated. // ms */
const TYPING_PAUSE = 400;

export class Home extends LitElement {
  static properties = Object.fromEntries(["text", "row", "error"].map((name) => [name, { state: true }]));

  translator = new Translator();
  #preferences = new Preferences(this);
  #typing = new Pause();
  #language = "";

  constructor() {
    super();
    const { settings } = remembered(location.hash);
    this.text = settings.say ?? defaultsOf(addressIn("t5-tiny")).text;
    /** What is broken now. @type {Break | undefined} */
    this.broken = breakOf(settings.break ?? "");
    /** The written token whose attention is drawn; undefined: the most telling one. @type {number | undefined} */
    this.row = undefined;
    this.error = "";
  }

  createRenderRoot() {
    return this;
  }

  get language() {
    return this.#preferences.language;
  }

  get say() {
    return words(this.language);
  }

  /** The answer that is shown. */
  get answer() {
    return this.translator.broken ?? this.translator.plain;
  }

  /** The written token whose attention is drawn. */
  get shownRow() {
    const last = (this.answer?.steps.length ?? 0) - 1;
    const row = this.row ?? (this.translator.plain?.finished ? this.translator.tellingRow : undefined);
    return row === undefined || last < 0 ? undefined : Math.min(row, last);
  }

  /** The places of the word that "hide" takes away. */
  get hiddenPlaces() {
    return this.translator.wordSeenFrom(this.row ?? this.translator.tellingRow);
  }

  /** What is shown stays until there are words for what comes. */
  scheduleUpdate() {
    return spoken(this.language, () => super.scheduleUpdate());
  }

  connectedCallback() {
    super.connectedCallback();
    keepMarkers(this);
    this.translator.addEventListener("change", () => this.requestUpdate());
    document.addEventListener("diorama-preferences", () => this.#speak());
    window.addEventListener("hashchange", () => this.#follow());
    this.#speak().then(keepOffline);
  }

  /** A reader of another language gets another model. */
  async #speak() {
    if (this.language === this.#language) return;
    this.#language = this.language;
    await this.attempt(async () => {
      await this.translator.open(this.language);
      await this.#read();
    });
  }

  async #read() {
    this.row = undefined;
    if (this.text.trim() === "") return this.translator.clear();
    await this.translator.read(this.text);
    if (this.broken) await this.translator.break(this.broken, this.hiddenPlaces);
  }

  #follow() {
    const { settings } = remembered(location.hash);
    const [text, broken] = [settings.say ?? this.text, breakOf(settings.break ?? "")];
    if (text === this.text && broken === this.broken) return this.#speak();
    [this.text, this.broken] = [text, broken];
    return this.attempt(() => this.#read());
  }

  /** @param {string} text */
  #type(text) {
    this.text = text;
    this.#keep();
    this.#typing.after(
      TYPING_PAUSE,
      () => this.#read(),
      (read) => this.attempt(read),
    );
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    this.#typing.cancel();
    this.attempt(() => this.#read());
  }

  /** @param {Break} broken broken already: whole again */
  toggle(broken) {
    this.broken = broken === this.broken ? undefined : broken;
    this.#keep();
    this.requestUpdate();
    this.attempt(() => this.translator.break(this.broken, this.hiddenPlaces));
  }

  /** @param {number} row */
  choose(row) {
    this.row = row;
  }

  /** @param {() => Promise<unknown>} action */
  async attempt(action) {
    this.error = "";
    try {
      await action();
    } catch (error) {
      this.error = error?.name === "AbortError" ? "" : await spoken(this.language, () => sentence(error, this.say));
    }
  }

  #keep() {
    const hash = new URLSearchParams(location.hash.slice(1));
    hash.delete("say");
    hash.delete("break");
    if (this.text !== defaultsOf(addressIn("t5-tiny")).text) hash.set("say", this.text);
    if (this.broken) hash.set("break", this.broken);
    const text = hash.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }

  render() {
    const { say, translator } = this;
    const { loading, model } = translator;
    const unknown = translator.source.filter((piece) => piece.unknown);
    return html`<section class="live" aria-labelledby="home-title">
        <h1 id="home-title">${say("home.title")}</h1>
        <form @submit=${this.#submit}>
          <diorama-field
            .label=${say("home.text")}
            .placeholder=${say("home.text")}
            .value=${this.text}
            .most=${LONGEST}
            .say=${say}
            @input=${(/** @type {any} */ { currentTarget }) => this.#type(currentTarget.value)}
          ></diorama-field>
          <button type="submit" class="primary" ?disabled=${!model}>${say("home.run")}</button>
        </form>
        ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}
        ${unknown.length > 0 ? html`<p class="notice">${say("input.unread", { n: unknown.length, token: named(unknown[0].token) })}</p>` : nothing}
        <p class="loading" role="status"
          >${loading === undefined ? "" : say("home.loading", { name: translator.name, share: Math.round(loading * 100) })}</p
        >
        ${picture(this)}
      </section>
      ${breaks(this)} ${doors(this)}`;
  }
}

customElements.define("diorama-field", Field);
customElements.define("diorama-sentence-lines", SentenceLines);
customElements.define("diorama-home", Home);
