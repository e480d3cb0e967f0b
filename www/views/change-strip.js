import { LitElement, css, html } from "lit";
import { isolated, labelled } from "../spelling.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Say} Say */

/** How far each token's scores have moved, as a bar and a number under the token; exactly nothing is drawn otherwise than next to nothing. */
export class ChangeStrip extends LitElement {
  static properties = {
    tokens: { attribute: false },
    changes: { attribute: false },
    label: {},
    say: { attribute: false },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    ol {
      display: flex;
      flex-wrap: wrap;
      gap: 6px 3px;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: grid;
      grid-template-rows: 36px auto 16px;
      justify-items: center;
      min-width: 34px;
    }
    .bar {
      align-self: end;
      width: 22px;
      height: calc(var(--share) * 36px);
      min-height: 1px;
      border-radius: 2px 2px 0 0;
      background: var(--decoder);
    }
    .still .bar {
      background: var(--hairline-strong);
    }
    .token {
      font: var(--mono-small);
      border-top: 1px solid var(--hairline-strong);
      width: 100%;
      text-align: center;
      white-space: pre;
      padding: 2px 4px 0;
    }
    .still .token,
    .special .token {
      color: var(--ink-faint);
    }
    small {
      font: var(--figures-small);
      color: var(--ink-soft);
      line-height: 16px;
    }
    .still small {
      color: var(--ink-faint);
    }
    .spoken {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  `;

  constructor() {
    super();
    /** @type {Piece[]} */
    this.tokens = [];
    /** Never below 0. @type {number[]} */
    this.changes = [];
    this.label = "";
    this.say = /** @type {typeof ChangeStrip} */ (this.constructor).say;
  }

  render() {
    const most = Math.max(...this.changes, 1e-9);
    return html`<ol aria-label=${this.label}
      >${this.changes.map((change, i) => {
        const piece = this.tokens[i];
        const kind = [change === 0 && "still", piece?.special && "special"].filter(Boolean).join(" ");
        return html`<li class=${kind}
          ><span class="spoken"
            >${change === 0 ? this.say("moved.none", { token: labelled(piece?.token) }) : this.say("moved.some", { token: labelled(piece?.token), change: figure(change) })}</span
          >
          <i aria-hidden="true" class="bar" style=${`--share:${change / most}`}></i
          ><span aria-hidden="true" class="token">${isolated(labelled(piece?.token))}</span
          ><small aria-hidden="true">${change === 0 ? "0" : figure(change)}</small></li
        >`;
      })}</ol
    >`;
  }
}

/** @param {number} change */
function figure(change) {
  return change < 0.01 ? change.toExponential(0).replace("e-", "e−") : change.toFixed(2);
}
