import { LitElement, css, html, nothing } from "lit";

/** @typedef {import("../trace.js").Say} Say */
/** @typedef {{ op: string, file: string, variants: string[], nodes: string[] }} OpInfo */

/**
 * The ops of the model and the WGSL file behind each, the very text that the GPU compiles. Below an op stand its faster variants.
 * @fires diorama-op-select - { op: string } an op's word or a variant's file
 */
export class ShaderView extends LitElement {
  static properties = { ops: { attribute: false }, op: {}, file: {}, wgsl: {}, say: { attribute: false } };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: grid;
      grid-template-columns: 184px minmax(0, 1fr);
      gap: 20px;
      min-height: 0;
    }
    ul {
      list-style: none;
      margin: 0;
      padding: 0 4px 0 0;
      overflow: auto;
      scrollbar-width: thin;
      min-height: 0;
    }
    button {
      display: flex;
      justify-content: space-between;
      gap: 8px;
      width: 100%;
      padding: 6px 10px;
      border: 0;
      border-radius: 4px;
      background: none;
      color: var(--ink);
      font: var(--mono-small);
      cursor: pointer;
      text-align: left;
    }
    .variant {
      min-height: 25px;
      padding: 3px 10px 3px 24px;
      color: var(--ink-soft);
    }
    button:hover {
      background: var(--hairline);
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: -2px;
    }
    button[aria-pressed="true"] {
      background: var(--ink);
      color: var(--paper);
    }
    button span + span {
      font: var(--figures-small);
      opacity: 0.8;
    }
    section {
      min-width: 0;
      min-height: 0;
      display: flex;
      flex-direction: column;
    }
    h3 {
      margin: 0 0 4px;
      font: var(--mono);
      font-weight: 700;
      color: var(--ink);
    }
    p {
      margin: 0 0 8px;
      font: var(--small);
      color: var(--ink-soft);
    }
    pre {
      flex: 1;
      min-height: 0;
      margin: 0;
      padding: 12px 0;
      overflow: auto;
      border-top: 1px solid var(--hairline);
      font: var(--mono-small);
      line-height: 1.55;
      color: var(--ink);
      tab-size: 4;
      counter-reset: line;
    }
    pre:focus-visible {
      outline: 2px solid var(--focus);
    }
    .line {
      display: block;
      min-height: 1.55em;
      padding-left: 48px;
      position: relative;
    }
    .line::before {
      counter-increment: line;
      content: counter(line);
      position: absolute;
      left: 0;
      width: 34px;
      text-align: right;
      color: var(--ink-faint);
    }
    .comment {
      color: var(--ink-soft);
    }
    .keyword {
      color: var(--encoder-ink);
    }
    .attribute {
      color: var(--decoder-ink);
    }
    @media (max-width: 640px) {
      :host {
        grid-template-columns: 1fr;
        grid-template-rows: 132px 1fr;
      }
    }
  `;

  constructor() {
    super();
    /** @type {OpInfo[]} */
    this.ops = [];
    this.op = "";
    this.file = "";
    this.wgsl = "";
    this.say = /** @type {typeof ShaderView} */ (this.constructor).say;
  }

  render() {
    const chosen = this.ops.find(({ op, variants }) => op === this.op || variants.includes(this.op));
    return html`<ul aria-label=${this.say("shader.ops")}>
        ${this.ops.map(
          ({ op, nodes, variants }) =>
            html`<li
              ><button type="button" aria-pressed=${op === this.op} @click=${() => this.#select(op)}>
                <span>${op}</span><span title=${this.say("shader.nodes", { n: nodes.length })}>${nodes.length}</span></button
              >
              ${variants.map((file) => html`<button type="button" class="variant" aria-pressed=${file === this.op} @click=${() => this.#select(file)}>${file.replace(".wgsl", "")}</button>`)}</li
            >`,
        )}
      </ul>
      <section
        >${
          this.wgsl
            ? html`<h3>${this.file}</h3
                ><p
                  >${this.say("shader.nodes", { n: chosen?.nodes.length ?? 0 })}${chosen ? html`: ${chosen.nodes.slice(0, 5).join(", ")}${chosen.nodes.length > 5 ? " …" : nothing}` : nothing}</p
                >
                <pre tabindex="0" role="region" aria-label=${this.file}>
${this.wgsl
                    .replace(/\n$/, "")
                    .split("\n")
                    .map((line) => html`<span class="line">${painted(line)}</span>`)}</pre>`
            : html`<p>${this.say("shader.choose")}</p>`
        }</section
      >`;
  }

  /** @param {string} op */
  #select(op) {
    this.dispatchEvent(new CustomEvent("diorama-op-select", { bubbles: true, composed: true, detail: { op } }));
  }
}

const KEYWORDS =
  /\b(?:fn|var|let|const|struct|override|return|if|else|for|loop|while|break|continue|switch|case|default|array|vec[234]|mat[234]x[234]|u32|i32|f32|bool|ptr|enable)\b|@\w+/g;

/**
 * A line of WGSL with comments, keywords and attributes in their colours.
 * @param {string} line
 */
function painted(line) {
  const at = line.indexOf("//");
  const code = at < 0 ? line : line.slice(0, at);
  const parts = [];
  let from = 0;
  for (const match of code.matchAll(KEYWORDS)) {
    parts.push(
      code.slice(from, match.index),
      html`<span class=${match[0].startsWith("@") ? "attribute" : "keyword"}>${match[0]}</span>`,
    );
    from = match.index + match[0].length;
  }
  parts.push(code.slice(from));
  return at < 0 ? parts : [...parts, html`<span class="comment">${line.slice(at)}</span>`];
}
