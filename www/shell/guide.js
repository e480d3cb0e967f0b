// The first minute: a small card beside the thing it speaks of. It asks for one thing at a time, sees when the reader has done it, and is never in the way of anything.

import { LitElement, css, html, nothing } from "lit";
import { blockStyles } from "../blocks/styles.js";
import { stepsOf } from "./guide-steps.js";
import { pageIn } from "./preferences.js";

/** @typedef {import("../explore.js").App} App */
/** @typedef {import("./guide-steps.js").Remark} Remark */

const GAP = 12; // px between the card, what it points at and the window's edge
const PHONE = 640; // px
/** What the end speaks of. */
const ONWARD = ".tools-bar";

/** @param {App} app */
export function guide(app) {
  return app.guiding
    ? html`<diorama-guide .app=${app} .beat=${{}} lang=${app.language} data-theme=${app.theme}></diorama-guide>`
    : nothing;
}

/** @param {App} app */
export function guideButton(app) {
  return html`<button
    type="button"
    class="guide-button"
    aria-expanded=${app.guiding}
    @click=${() => (app.guiding ? endGuide(app) : beginGuide(app))}
    >${app.say("guide.title")}</button
  >`;
}

/**
 * It speaks of the page's own lenses.
 * @param {App} app
 */
function beginGuide(app) {
  if (app.state.tool !== "look") app.set({ tool: "look", block: {} });
  app.guiding = true;
}

/** @param {App} app */
function endGuide(app) {
  app.guiding = false;
  /** @type {HTMLElement | null} */ (app.querySelector(".guide-button"))?.focus();
}

class Guide extends LitElement {
  static properties = { app: { attribute: false }, beat: { attribute: false }, at: { state: true }, remark: { state: true } };

  static styles = [
    blockStyles,
    css`
      :host {
        position: fixed;
        inset: 0;
        z-index: 15;
        background: none;
        pointer-events: none;
      }
      .ring {
        position: absolute;
        border-radius: 8px;
        box-shadow:
          0 0 0 2px var(--focus),
          0 0 0 5px color-mix(in oklab, var(--focus) 22%, transparent);
        transition: all 200ms ease-out;
      }
      section {
        position: absolute;
        width: min(352px, calc(100vw - 16px));
        padding: 12px 16px 12px 20px;
        background: var(--case);
        border: 1px solid var(--hairline-strong);
        border-radius: 10px;
        box-shadow: var(--lift);
        pointer-events: auto;
        outline: none;
      }
      section:focus-visible {
        outline: 2px solid var(--focus);
        outline-offset: 2px;
      }
      header {
        display: flex;
        gap: 8px;
        align-items: center;
        justify-content: space-between;
        margin-right: -8px;
      }
      h2 {
        font-size: 17px;
        line-height: 1.35;
      }
      p {
        margin-top: 4px;
        font: 15px/1.5 var(--sans);
      }
      :host(:lang(zh)) p {
        line-height: 1.7;
      }
      .done {
        min-height: 1.5em;
        color: var(--ink-soft);
        overflow-wrap: anywhere;
      }
      .done::before {
        content: "✓ ";
        color: var(--cross-ink);
        font-weight: 700;
      }
      footer {
        display: flex;
        gap: 4px 12px;
        align-items: center;
        margin-top: 10px;
      }
      footer > * {
        white-space: nowrap;
      }
      footer small {
        margin-right: auto;
        font-variant-numeric: tabular-nums;
      }
      .close {
        border-color: transparent;
        background: none;
        padding: 0 10px;
      }
      ul {
        margin: 8px 0 0;
        padding: 0;
        list-style: none;
        display: grid;
        gap: 4px;
        font: 15px/1.5 var(--sans);
      }
      a {
        color: inherit;
        text-underline-offset: 3px;
        text-decoration-color: var(--hairline-strong);
        display: inline-block;
        padding: 3px 0;
      }
      @media (max-width: 640px) {
        section {
          left: 8px !important;
          top: auto !important;
          bottom: 8px;
        }
        footer button {
          min-height: 40px;
        }
      }
      @media (forced-colors: active) {
        .ring {
          outline: 3px solid Highlight;
        }
      }
    `,
  ];

  constructor() {
    super();
    /** @type {App} */
    this.app = /** @type {any} */ (undefined);
    /** A new one whenever the page has been drawn. */
    this.beat = {};
    /** The step; behind the last one, where to go on. */
    this.at = 0;
    /** What came of the step, once it was done. @type {Remark | undefined} */
    this.remark = undefined;
    /** @type {any} */
    this.begun = undefined;
  }

  get steps() {
    return stepsOf(this.app.kind);
  }

  get step() {
    return this.steps.at(this.at);
  }

  /** @returns {HTMLElement | null} */
  get target() {
    return this.app.querySelector(this.step?.target ?? ONWARD);
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("scroll", this.#place, true);
    addEventListener("resize", this.#place);
    addEventListener("keydown", this.#swap);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("scroll", this.#place, true);
    removeEventListener("resize", this.#place);
    removeEventListener("keydown", this.#swap);
  }

  firstUpdated() {
    this.#begin();
    this.#card?.focus({ preventScroll: true });
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("beat") && this.hasUpdated && !this.remark) this.remark = this.step?.done(this.app, this.begun);
  }

  updated() {
    this.#place();
  }

  render() {
    const { say } = this.app;
    const { step, steps, remark } = this;
    return html`<div class="ring"></div>
      <section role="region" aria-label=${say("guide.title")} tabindex="-1" @keydown=${this.#escape}>
        <div role="status">
          <header
            ><h2>${say(`guide.${step?.id ?? "on"}.title`)}</h2
            ><button
              type="button"
              class="close"
              aria-label=${say("guide.close")}
              title=${say("guide.close")}
              @click=${() => endGuide(this.app)}
              >✕</button
            ></header
          >
          <p>${say(step ? this.#task(step.id) : "guide.on.text")}</p>
          ${remark ? html`<p class="done">${say(remark.key, remark.values)}</p>` : nothing}
        </div>
        ${step ? nothing : this.#onward()}
        <footer>
          <small>${step ? say("guide.step", { n: this.at + 1, all: steps.length }) : nothing}</small>
          ${step ? html`<button type="button" class="link" aria-keyshortcuts="F6" title="F6" @click=${this.#go}>${say("guide.there")}</button>` : nothing}
          ${this.at > 0 ? html`<button type="button" @click=${() => this.#turn(-1)}>${say("guide.back")}</button>` : nothing}
          <button type="button" class="primary" @click=${() => (step ? this.#turn(1) : endGuide(this.app))}
            >${say(step ? "guide.next" : "guide.end")}</button
          >
        </footer>
      </section>`;
  }

  /**
   * What the step asks for; the families differ where they work differently.
   * @param {string} id
   */
  #task(id) {
    const { kind } = this.app;
    if (id === "run") return kind === "encoder" ? "guide.run.reads" : "guide.run.text";
    if (id === "look") return kind === "encoder-decoder" ? "guide.look.text" : "guide.look.alone";
    return id === "masks" ? `guide.masks.${kind.replace("-", "_")}` : `guide.${id}.text`;
  }

  #onward() {
    const { say, state } = this.app;
    const open = () => {
      this.app.set({ tool: "heads", block: {} });
      endGuide(this.app);
    };
    return html`<ul>
      <li><a href=${pageIn("compare.html", state)}>${say("guide.on.compare")}</a></li>
      <li><a href=${pageIn("course.html", state)}>${say("guide.on.course")}</a></li>
      <li><button type="button" class="link" @click=${open}>${say("guide.on.heads")}</button></li>
    </ul>`;
  }

  #begin() {
    this.remark = undefined;
    this.begun = this.step?.begin(this.app);
    const { target } = this;
    if (!target) return;
    if (innerWidth > PHONE) target.scrollIntoView({ block: "nearest" });
    else scrollTo({ top: target.getBoundingClientRect().top + scrollY - 2 * GAP });
  }

  /** @param {1 | -1} way */
  #turn(way) {
    this.at += way;
    this.#begin();
  }

  get #card() {
    return this.renderRoot.querySelector("section");
  }

  /** The card goes below what it points at, above it, or where there is room. */
  #place = () => {
    const card = this.#card;
    const ring = /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".ring"));
    if (!card) return;
    const to = this.target?.getBoundingClientRect();
    if (ring)
      Object.assign(
        ring.style,
        to
          ? {
              display: "",
              left: `${to.left - 4}px`,
              top: `${to.top - 4}px`,
              width: `${to.width + 8}px`,
              height: `${to.height + 8}px`,
            }
          : { display: "none" },
      );
    const { offsetWidth: width, offsetHeight: height } = card;
    const below = (to?.bottom ?? 0) + GAP;
    const above = (to?.top ?? 0) - GAP - height;
    const [first, second] = this.step?.above ? [above, below] : [below, above];
    const top =
      [first, second].find((top) => to && top >= GAP && top + height <= innerHeight - GAP) ?? innerHeight - height - GAP;
    // What is wide keeps its beginning in view.
    const wide = to && to.width > innerWidth / 2;
    const left = Math.max(GAP, Math.min((wide ? to.right - width : to?.left) ?? 2 * GAP, innerWidth - width - 2 * GAP));
    Object.assign(card.style, { top: `${top}px`, left: `${left}px` });
  };

  /** To the thing itself: the first of its parts that takes the focus. */
  #go = () => {
    const within = this.app.querySelector(this.step?.first ?? this.step?.target ?? ONWARD);
    const part = within && firstFocusable(within);
    part?.focus();
  };

  /** F6 goes from the card to what it speaks of, and back. */
  #swap = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "F6") return;
    event.preventDefault();
    if (this.renderRoot instanceof ShadowRoot && this.renderRoot.activeElement) this.#go();
    else /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".primary"))?.focus();
  };

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key === "Escape") endGuide(this.app);
  }
}

/**
 * @param {Element} root
 * @returns {HTMLElement | undefined}
 */
function firstFocusable(root) {
  const inner = root.shadowRoot ?? root;
  for (const element of inner.querySelectorAll("*")) {
    if (element instanceof HTMLElement && element.tabIndex >= 0 && !element.matches(":disabled") && element.offsetParent)
      return element;
    const deeper = element.shadowRoot && firstFocusable(element);
    if (deeper) return deeper;
  }
  return undefined;
}

customElements.define("diorama-guide", Guide);
