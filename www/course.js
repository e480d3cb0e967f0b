// The course: one lesson of www/lessons at a time, in the reader's language, with the blocks that stand in it. The lesson and the language are in the page's #hash.

import { LitElement, html, nothing } from "lit";
import { askSite, whole } from "./asset.js";
import { refusal } from "./blocks/refusal.js";
import "./diorama.js";
import "./shell/colophon.js";
import "./shell/masthead.js";
import { LESSONS, lessonAt } from "./course/lessons.js";
import { Predict } from "./course/predict.js";
import { spoken, words } from "./i18n.js";
import { keepOffline } from "./offline.js";
import { lowerIndices } from "./shell/indices.js";
import { languageOf, remembered } from "./shell/preferences.js";

/** @typedef {import("./course/lessons.js").Lesson} Lesson */

/** Between two looks at whether the blocks in sight have finished. // ms */
const BREATH = 300;

class Course extends LitElement {
  static properties = { lesson: { state: true }, text: { state: true }, error: { state: true } };

  #shown = "";

  constructor() {
    super();
    /** @type {Lesson} */
    this.lesson = LESSONS[0];
    /** The lesson's own nodes. @type {Node[]} */
    this.text = [];
    /** Why the lesson is not there. @type {unknown} */
    this.error = undefined;
  }

  createRenderRoot() {
    return this;
  }

  get language() {
    return languageOf(remembered(location.hash).lang);
  }

  /** What is shown stays until there are words for what comes. */
  scheduleUpdate() {
    return spoken(this.language, () => super.scheduleUpdate());
  }

  connectedCallback() {
    super.connectedCallback();
    lowerIndices();
    window.addEventListener("hashchange", () => this.#open());
    document.addEventListener("diorama-preferences", () => this.#open());
    this.#open().then(keepOffline);
  }

  async #open() {
    const lesson = lessonAt(remembered(location.hash).settings.lesson);
    const { language } = this;
    const address = `lessons/${lesson.id}.${language}.html`;
    if (address === this.#shown) return this.requestUpdate();
    const turned = this.#shown !== "" && lesson !== this.lesson;
    this.#shown = address;
    this.lesson = lesson;
    try {
      const text = await (await whole(await askSite(address, address), address)).text();
      if (address !== this.#shown) return;
      const page = new DOMParser().parseFromString(text, "text/html");
      this.text = [...page.body.childNodes].map((node) => document.adoptNode(node));
      this.error = undefined;
    } catch (error) {
      if (address !== this.#shown) return;
      // Chosen again, it is asked for again.
      this.#shown = "";
      this.error = error;
    }
    await this.updateComplete;
    this.#wakeLater(address);
    if (turned) {
      scrollTo(0, 0);
      /** @type {HTMLElement | null} */ (this.querySelector("article"))?.focus({ preventScroll: true });
    }
  }

  /**
   * Blocks further down begin one after the other while the reader reads, so that the whole lesson can be printed.
   * @param {string} address of the lesson
   */
  async #wakeLater(address) {
    if (/** @type {any} */ (navigator).connection?.saveData) return;
    for (let waits = true; waits;) {
      await new Promise((resolve) => setTimeout(resolve, BREATH));
      if (address !== this.#shown) return;
      const blocks = this.#blocks();
      const next = blocks.find(({ seen }) => !seen);
      waits = next !== undefined || blocks.length < this.querySelectorAll(".live").length;
      if (!blocks.some((block) => block.seen && block.unfinished)) next?.wake();
    }
  }

  /** @returns {import("./blocks/block.js").Block[]} */
  #blocks() {
    return /** @type {any[]} */ ([...this.querySelectorAll(".live")]).filter((element) => "wake" in element);
  }

  render() {
    const { lesson, language } = this;
    const say = words(language);
    const at = LESSONS.indexOf(lesson);
    return html`<nav class="contents" aria-label=${say("course.contents")}>
        <p>${say("course.lead")}</p>
        <ol
          >${LESSONS.map((one) => html`<li><a href=${this.#link(one)} aria-current=${one === lesson ? "page" : "false"}>${one[/** @type {"en" | "zh"} */ (language)]}</a></li>`)}</ol
        >
      </nav>
      <article class="lesson" tabindex="-1" lang=${language === "zh" ? "zh-Hans" : "en"}>
        ${this.error ? refusal(this.error, say) : this.text}
        <nav class="turn" aria-label=${say("course.turn")}
          >${this.#turn("previous", LESSONS[at - 1])}${this.#turn("next", LESSONS[at + 1])}</nav
        >
      </article>`;
  }

  /**
   * @param {"previous" | "next"} way
   * @param {Lesson | undefined} lesson
   */
  #turn(way, lesson) {
    if (!lesson) return nothing;
    const { language } = this;
    return html`<a class=${way} href=${this.#link(lesson)}
      ><small>${words(language)(`course.${way}`)}</small>${lesson[/** @type {"en" | "zh"} */ (language)]}</a
    >`;
  }

  /** @param {Lesson} lesson */
  #link({ id }) {
    const hash = new URLSearchParams(location.hash.slice(1));
    hash.set("lesson", id);
    return `#${hash}`;
  }
}

customElements.define("diorama-predict", Predict);
customElements.define("diorama-course", Course);
