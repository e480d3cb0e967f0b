// A small menu beside a view: its picture and its numbers, copied or as a file.

import { LitElement, css, html, nothing } from "lit";
import { csvOf, gridOf, svgOf } from "../saving.js";
import { writeTensors } from "../safetensors.js";

/** Pixels of a PNG for each of the picture's. */
const SHARP = 2;

/** `of` finds the view whose matrix is taken, when it is asked for. */
export class Save extends LitElement {
  static properties = { of: { attribute: false }, say: { attribute: false }, open: { state: true }, said: { state: true } };

  /** @type {import("../trace.js").Say} */
  static say = (key) => key;

  static styles = css`
    :host { display: inline-block; position: relative; }
    button { border: 0; background: none; min-height: 24px; padding: 0 2px; font: var(--small); color: var(--ink-soft); cursor: pointer; }
    .toggle { text-decoration: underline; text-decoration-color: var(--hairline-strong); text-underline-offset: 3px; }
    button:hover, .toggle[aria-expanded="true"] { color: var(--ink); }
    button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
    ul { position: absolute; right: 0; bottom: 28px; z-index: 20; margin: 0; padding: 6px; list-style: none; min-width: 176px; background: var(--case); border: 1px solid var(--hairline-strong); border-radius: 8px; box-shadow: var(--lift); }
    li button { width: 100%; min-height: 32px; padding: 0 10px; text-align: left; border-radius: 4px; color: var(--ink); white-space: nowrap; }
    li button:hover { background: var(--hairline); }
    output { font: var(--small); color: var(--ink-soft); }
    @media (pointer: coarse) { li button { min-height: 44px; } }
  `;

  constructor() {
    super();
    /** @type {() => any} */
    this.of = () => undefined;
    this.open = false;
    this.said = "";
    this.say = /** @type {typeof Save} */ (this.constructor).say;
  }

  render() {
    const { say, open } = this;
    /** @type {[string, () => Promise<unknown>][]} */
    const ways = [["copy", () => this.#copy()], ["png", () => this.#keep("png", this.#png())], ["svg", () => this.#keep("svg", this.#svg())], ["csv", () => this.#keep("csv", csvOf(this.#grid()))],
      ["safetensors", () => this.#keep("safetensors", writeTensors([this.#grid().whole]))]];
    return html`<button type="button" class="toggle" aria-haspopup="true" aria-expanded=${open} @click=${() => (this.open = !open)}>${say("save.title")}</button><output aria-live="polite">${this.said}</output>
      ${open ? html`<ul @keydown=${this.#press} @focusout=${this.#left}>${ways.map(([id, act]) => html`<li><button type="button" @click=${() => this.#do(act)}>${say(`save.${id}`)}</button></li>`)}</ul>` : nothing}`;
  }

  updated() {
    if (this.open && !this.renderRoot.querySelector("li button:focus")) /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("li button"))?.focus();
  }

  #grid() {
    const grid = gridOf(this.of());
    if (!grid) throw new Error(this.say("save.nothing"));
    return grid;
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

  /** The picture in the page's colours, as they are now. */
  #svg() {
    const style = getComputedStyle(this);
    const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const grid = this.#grid();
    const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d", { willReadFrequently: true }));
    const paint = (/** @type {number} */ part) => {
      const [ink, share] = grid.share ? [read("--ramp-1"), part] : [read(part < 0 ? "--encoder" : "--decoder"), Math.sqrt(Math.abs(part))];
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
    return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(this.say("save.nothing")))), "image/png"));
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
    const name = `${this.#grid().name}.${ending}`;
    const address = URL.createObjectURL(new Blob([await content], { type: { png: "image/png", svg: "image/svg+xml", csv: "text/csv" }[ending] ?? "application/octet-stream" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: name });
    link.click();
    // The download has begun by then, and a file of this size is written at once.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
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
