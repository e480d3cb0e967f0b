// A text's tokens as tiles: bytes of one character hang together under it.

import { css, html, nothing } from "lit";
import { groups, isUnknown } from "./pieces.js";
import { isolated, visible } from "../../spelling.js";

/** @typedef {import("../../trace.js").Piece} Piece */

/**
 * @param {Piece[]} pieces
 * @param {import("../../trace.js").Say} say
 * @param {string} label
 */
export function strip(pieces, say, label) {
  return html`<ol class="strip" aria-label=${label}
    >${groups(pieces).map(({ pieces, text, bytes }) => (bytes ? bytesTile(pieces, text, say) : tile(pieces[0])))}</ol
  >`;
}

/** @param {Piece} piece */
function tile(piece) {
  const { token, special, id } = piece;
  return html`<li class=${isUnknown(piece) ? "unknown" : special ? "special" : ""} title=${`id ${id}`}>${spelled(token)}</li>`;
}

/**
 * @param {Piece[]} pieces
 * @param {string | undefined} text
 * @param {import("../../trace.js").Say} say
 */
function bytesTile(pieces, text, say) {
  const shown = text === undefined ? say("tokenizers.incomplete") : text;
  return html`<li class="bytes" title=${say("tokenizers.bytes", { n: pieces.length, text: shown })}
    ><span class="whole">${spelled(shown)}</span>
    <span class="parts"
      >${pieces.map(({ token, id }) => html`<span title=${`id ${id}`}>${token.replace(/[⟨⟩]/g, "").replace(/^<0x(..)>$/, "$1")}</span>`)}</span
    ></li
  >`;
}

/** @param {string} token */
export function spelled(token) {
  const text = visible(token.replaceAll("▁", "␣").replaceAll(" ", "␣"));
  return isolated(text.startsWith("␣") ? html`<span class="space">␣</span>${text.slice(1)}` : text || nothing);
}

export const stripStyles = css`
  .strip {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 3px;
    margin: 4px 0 0;
    padding: 0;
    list-style: none;
    align-items: flex-start;
  }
  .strip li {
    font: var(--mono);
    min-height: 28px;
    padding: 3px 5px;
    border: 1px solid var(--hairline-strong);
    border-radius: 4px;
    background: var(--case);
    white-space: pre;
  }
  .strip .space {
    color: var(--ink-ghost);
  }
  .strip .special {
    color: var(--ink-faint);
    border-style: dotted;
    font-variant-caps: all-small-caps;
  }
  .strip .unknown {
    color: var(--danger);
    border-style: dashed;
  }
  .strip .bytes {
    display: grid;
    padding: 0;
    overflow: hidden;
  }
  .bytes .whole {
    text-align: center;
    padding: 3px 5px 1px;
  }
  .bytes .parts {
    display: flex;
    border-top: 1px solid var(--hairline-strong);
  }
  .bytes .parts span {
    flex: 1;
    padding: 1px 5px;
    font: 11px/1.4 var(--code);
    color: var(--ink-faint);
    text-align: center;
    white-space: nowrap;
  }
  .bytes .parts span + span {
    border-left: 1px solid var(--hairline-strong);
  }
`;
