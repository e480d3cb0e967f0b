// A small menu beside a view: its picture and its numbers, copied or as a file.

import { LitElement, css, html, nothing } from "lit";
import { writeTensors } from "../checkpoint/safetensors.js";
import { gridOf, svgOf } from "../saving/grid.js";
import { pictureOf } from "../saving/picture.js";
import { csvOf, hasNumbers, tableOf, tensorsOf } from "../saving/tables.js";

/** Pixels of a PNG for each of the picture's. */
const SHARP = 2;

/** Views whose picture is a matrix of cells. */
const MATRICES = ["diorama-attention-map", "diorama-attention-table", "diorama-mask-grid", "diorama-matrix"];

/** `of` finds the view whose numbers are taken, or several to choose from, when it is asked for. */
export class Save extends LitElement {
  static properties = {
    of: { attribute: false },
    say: { attribute: false },
    open: { state: true },
    chosen: { state: true },
    said: { state: true },
  };

  /** @type {import("../trace.js").Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: inline-block;
      position: relative;
    }
    button {
      border: 0;
      background: none;
      min-height: 24px;
      padding: 0 2px;
      font: var(--small);
      color: var(--ink-soft);
      cursor: pointer;
    }
    .toggle {
      text-decoration: underline;
      text-decoration-color: var(--hairline-strong);
      text-underline-offset: 3px;
    }
    button:hover,
    .toggle[aria-expanded="true"] {
      color: var(--ink);
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    .panel {
      position: absolute;
      right: 0;
      bottom: 28px;
      z-index: 20;
      padding: 6px;
      min-width: 200px;
      width: max-content;
      max-width: 270px;
      background: var(--case);
      border: 1px solid var(--hairline-strong);
      border-radius: 8px;
      box-shadow: var(--lift);
    }
    .panel.rightwards {
      right: auto;
      left: 0;
    }
    .panel.down {
      bottom: auto;
      top: 28px;
    }
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    label {
      display: grid;
      gap: 4px;
      padding: 4px 10px 8px;
      font: var(--small);
      color: var(--ink-soft);
    }
    select {
      font: var(--small);
      color: var(--ink);
      min-height: 32px;
      width: 100%;
      border: 1px solid var(--hairline-strong);
      border-radius: 6px;
      background: var(--case);
    }
    li button {
      width: 100%;
      min-height: 32px;
      padding: 0 10px;
      text-align: left;
      border-radius: 4px;
      color: var(--ink);
      white-space: nowrap;
    }
    li button:hover {
      background: var(--hairline);
    }
    output {
      font: var(--small);
      color: var(--ink-soft);
    }
    @media (pointer: coarse) {
      li button {
        min-height: 44px;
      }
    }
  `;

  constructor() {
    super();
    /** @type {() => any} */
    this.of = () => undefined;
    this.open = false;
    /** Which of several views. */
    this.chosen = 0;
    this.said = "";
    this.say = /** @type {typeof Save} */ (this.constructor).say;
  }

  render() {
    const { say, open } = this;
    /** @type {[string, () => Promise<unknown>][]} */
    const ways = [
      ["copy", () => this.#copy()],
      ["png", () => this.#keep("png", this.#png())],
      ["svg", () => this.#keep("svg", this.#svg())],
      ["csv", () => this.#keep("csv", csvOf(this.#table()))],
      ["safetensors", () => this.#keep("safetensors", this.#tensors())],
    ];
    return html`<button type="button" class="toggle" aria-haspopup="true" aria-expanded=${open} @click=${this.#toggle}
        >${say("save.title")}</button
      ><output aria-live="polite">${this.said}</output> ${
        open
          ? html`<div class="panel ${this.#side()}" @keydown=${this.#press} @focusout=${this.#left}
              >${this.#choice()}
              <ul
                >${ways.map(([id, act]) => html`<li><button type="button" @click=${() => this.#do(act)}>${say(`save.${id}`)}</button></li>`)}</ul
              ></div
            >`
          : nothing
      }`;
  }

  /** Which view, where there are several. */
  #choice() {
    const views = this.#views();
    if (views.length < 2) return nothing;
    return html`<label
      >${this.say("save.which")}<select
        @change=${(/** @type {Event} */ event) => (this.chosen = /** @type {HTMLSelectElement} */ (event.target).selectedIndex)}
      >
        ${views.map(({ name }, i) => html`<option .selected=${i === Math.min(this.chosen, views.length - 1)}>${name}</option>`)}</select
      ></label
    >`;
  }

  #toggle() {
    this.open = !this.open;
    this.said = "";
  }

  /** Where the page has room for the menu. */
  #side() {
    const { left, top } = this.getBoundingClientRect();
    return `${left < 280 ? "rightwards" : ""} ${top < 300 ? "down" : ""}`;
  }

  updated() {
    if (this.open && !this.renderRoot.querySelector(".panel :focus"))
      /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("li button"))?.focus();
  }

  /** The views that show numbers, by the names that they have on the page. @returns {{ name: string, view: any }[]} */
  #views() {
    const found = this.of();
    const views = found && Symbol.iterator in found ? [...found] : [found];
    const shown = views.filter((view) => view && view.getClientRects().length > 0 && hasNumbers(view));
    const names = shown.map((view) => nameOf(view) || headingOf(view) || this.say("save.table"));
    const alike = (/** @type {string} */ name) => names.indexOf(name) !== names.lastIndexOf(name);
    const told = names.map((name, i) => (alike(name) && headingOf(shown[i]) ? `${headingOf(shown[i])}: ${name}` : name));
    return shown.map((view, i) => ({
      name:
        told.indexOf(told[i]) < i ? `${told[i]} (${told.slice(0, i + 1).filter((name) => name === told[i]).length})` : told[i],
      view,
    }));
  }

  #chosen() {
    const views = this.#views();
    const chosen = views[Math.min(this.chosen, views.length - 1)];
    if (!chosen) throw new Error(this.say("save.nothing"));
    return chosen;
  }

  #table() {
    const table = tableOf(this.#chosen().view);
    if (!table) throw new Error(this.say("save.nothing"));
    return table;
  }

  #tensors() {
    const tensors = tensorsOf(this.#table());
    if (tensors.length === 0) throw new Error(this.say("save.nothing"));
    return writeTensors(tensors);
  }

  /** @param {() => Promise<unknown>} act */
  async #do(act) {
    this.open = false;
    try {
      await act();
      this.said = "";
    } catch (error) {
      this.said = error instanceof Error ? error.message : String(error);
    }
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".toggle"))?.focus();
  }

  /** The picture in the page's colours, as they are now: a matrix as cells that can be worked on, any other view as it stands on the page. */
  #svg() {
    const { name, view } = this.#chosen();
    const grid = MATRICES.includes(view.localName) ? gridOf(view) : undefined;
    if (!grid) return pictureOf(view, name);
    const style = getComputedStyle(this);
    const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const pen = /** @type {CanvasRenderingContext2D} */ (
      document.createElement("canvas").getContext("2d", { willReadFrequently: true })
    );
    const paint = (/** @type {number} */ part) => {
      const [ink, share] = grid.share
        ? [read("--ramp-1"), part]
        : [read(part < 0 ? "--encoder" : "--decoder"), Math.sqrt(Math.abs(part))];
      pen.fillStyle = `color-mix(in oklab, ${read("--ramp-0")}, ${ink} ${(share * 100).toFixed(1)}%)`;
      pen.fillRect(0, 0, 1, 1);
      const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
      return `rgb(${red} ${green} ${blue})`;
    };
    return svgOf(grid, { paint, paper: read("--paper"), ink: read("--ink"), faint: read("--hatch-line") });
  }

  /** @returns {Promise<Blob>} */
  async #png() {
    const picture = new Image();
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(this.#svg())}`;
    await picture.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.naturalWidth * SHARP, picture.naturalHeight * SHARP];
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(this.say("save.nothing")))), "image/png"),
    );
  }

  /** Only a secure page may write to the clipboard; elsewhere the picture becomes a file. */
  async #copy() {
    if (!navigator.clipboard?.write) return this.#keep("png", this.#png());
    await navigator.clipboard.write([new ClipboardItem({ "image/png": this.#png() })]);
  }

  /**
   * @param {string} ending
   * @param {BlobPart | Promise<Blob>} content
   */
  async #keep(ending, content) {
    const { name, view } = this.#chosen();
    const file = `${fileName(gridOf(view)?.name ?? name)}.${ending}`;
    const address = URL.createObjectURL(
      new Blob([await content], {
        type: { png: "image/png", svg: "image/svg+xml", csv: "text/csv" }[ending] ?? "application/octet-stream",
      }),
    );
    const link = Object.assign(document.createElement("a"), { href: address, download: file });
    link.click();
    // The download has begun by then, and a file of this size is written at once.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const step = event.target instanceof HTMLSelectElement ? undefined : { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const buttons = /** @type {HTMLElement[]} */ ([...this.renderRoot.querySelectorAll("li button")]);
    if (event.key === "Escape") {
      event.stopPropagation();
      this.open = false;
      /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".toggle"))?.focus();
    }
    if (!step) return;
    event.preventDefault();
    buttons[(buttons.indexOf(/** @type {HTMLElement} */ (event.target)) + step + buttons.length) % buttons.length].focus();
  }

  /** @param {FocusEvent} event */
  #left({ relatedTarget }) {
    if (!(relatedTarget instanceof Node) || !this.renderRoot.contains(relatedTarget)) this.open = false;
  }
}

/** What a view is called on the page. @param {any} view @returns {string} */
function nameOf(view) {
  return String(view.label || view.picture?.label || view.getAttribute("aria-label") || view.caption?.textContent || "")
    .replace(/\s+/g, " ")
    .trim();
}

/** The nearest heading before an element, without what else stands in its line. @param {Element} element */
function headingOf(element) {
  for (let at = element; at; at = /** @type {Element} */ (at.parentElement)) {
    for (let before = at.previousElementSibling; before; before = before.previousElementSibling) {
      const words = /^H\d$/.test(before.tagName)
        ? [...before.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())
        : undefined;
      if (words) return words.textContent?.trim() ?? "";
    }
  }
  return "";
}

/** @param {string} name */
function fileName(name) {
  return (
    name
      .replace(/[^\p{L}\p{N}.]+/gu, "-")
      .replace(/^[-.]+|[-.]+$/g, "")
      .slice(0, 80) || "diorama"
  );
}
