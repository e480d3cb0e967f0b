// A field for a text: it grows with its lines, and holds every character of what a model reads, line breaks included.

import { LitElement, html, nothing } from "lit";
import { live } from "lit/directives/live.js";

/** @typedef {import("../trace.js").Say} Say */

/** Keyboards on a screen have no Shift + Enter. */
const touch = matchMedia("(hover: none) and (pointer: coarse)");

/**
 * Enter confirms the text (and sends the form around it), Shift + Enter starts a new line; on a touch screen Enter starts a new line, too. The events "input" and "change" come from
 * the textarea within; whoever hears them reads `value` here. A text longer than `most` is cut, which the field says, or the page where it takes the event.
 * @fires diorama-cut - { sentence: string }, can be prevented
 */
export class Field extends LitElement {
  static properties = {
    value: {},
    label: {},
    placeholder: {},
    most: { type: Number },
    say: { attribute: false },
    cut: { state: true },
  };

  /** @type {Say} */
  static say = (key) => key;

  /** Another width breaks the lines elsewhere. */
  #observer = new ResizeObserver(() => this.#grow());
  #width = 0;
  /** What was confirmed last. */
  #confirmed = "";

  constructor() {
    super();
    this.value = "";
    this.label = "";
    this.placeholder = "";
    /** Of characters, as `length` counts them. */
    this.most = Infinity;
    /** What is said of a text that was cut. */
    this.cut = "";
    this.say = /** @type {typeof Field} */ (this.constructor).say;
  }

  /** The page's and the block's own styles hold within. */
  createRenderRoot() {
    return this;
  }

  get #area() {
    return /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer.disconnect();
  }

  render() {
    return html`<textarea
        class="text"
        rows="1"
        dir="auto"
        translate="no"
        aria-label=${this.label}
        title=${this.say("field.enter")}
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        placeholder=${this.placeholder}
        .value=${live(this.value)}
        @focus=${() => (this.#confirmed = this.value)}
        @input=${this.#typed}
        @keydown=${this.#press}
      ></textarea>
      ${this.cut ? html`<small class="cut" role="status">${this.cut}</small>` : nothing}`;
  }

  updated() {
    const area = this.#area;
    if (area.value !== this.value) {
      // A textarea has one kind of line break, where a text from elsewhere may have others (CR LF): what is read shall be what is shown.
      this.value = area.value;
      for (const name of ["input", "change"]) area.dispatchEvent(new Event(name, { bubbles: true }));
    }
    this.#grow(true);
  }

  #grow(always = false) {
    const area = this.#area;
    if (!area || (!always && this.clientWidth === this.#width)) return;
    this.#width = this.clientWidth;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
  }

  #typed() {
    const area = this.#area;
    const given = area.value.length;
    // What was there before is not taken away by the next character.
    const most = Math.max(this.most, this.value.length);
    if (given > most) area.value = area.value.slice(0, most).replace(/[\ud800-\udbff]$/, "");
    this.value = area.value;
    this.cut = "";
    if (given <= most) return;
    const sentence = this.say("field.cut", { n: area.value.length, all: given });
    if (this.dispatchEvent(new CustomEvent("diorama-cut", { bubbles: true, cancelable: true, detail: { sentence } })))
      this.cut = sentence;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || touch.matches) return;
    event.preventDefault();
    const { form } = this.#area;
    if (this.value !== this.#confirmed) this.#area.dispatchEvent(new Event("change", { bubbles: true }));
    this.#confirmed = this.value;
    /** @type {HTMLButtonElement | null | undefined} */
    const button = form?.querySelector('button[type="submit"]');
    if (form && !button?.disabled) form.requestSubmit();
  }
}
