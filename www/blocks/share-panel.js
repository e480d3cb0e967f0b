// The foot of every block: "Share / embed" with its codes, each with a button that copies it, and what its views show as pictures and numbers.

import { html, nothing } from "lit";
import { SITE } from "../site.js";
import { elementCode, frameCode, linkOf } from "./share.js";

/** @typedef {import("./block.js").Block} Block */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("../trace.js").Say} Say */

/** @param {Block} block */
export function sharePanel(block) {
  if (block.hides("share")) return nothing;
  const { say, sharing } = block;
  return html`<div class="foot"
      ><button type="button" class="link" aria-expanded=${sharing} @click=${() => (block.sharing = !sharing)}
        >${say("share.block")}</button
      >
      ${block.seen && !block.hides("save") ? html`<diorama-save .of=${() => block.renderRoot.querySelectorAll("*")} .say=${say}></diorama-save>` : nothing}</div
    >
    ${
      sharing
        ? html`${block.loaded && !block.address && !block.settings.model ? html`<p class="small">${say("share.disk.block")}</p>` : nothing}${codeList(codesOf(block.localName, block.shared(), block.getBoundingClientRect().height), block.copied, say, (kind, code) => copy(block, kind, code))}
            <p class="small"
              ><a href=${new URL(`blocks.html#lang=${block.language}`, SITE).href} target="_blank" rel="noopener"
                >${say("blocks.all")}</a
              ></p
            >`
        : nothing
    }`;
}

/**
 * A block as a link, a frame and an element.
 * @param {string} tag
 * @param {Settings} settings
 * @param {number} height of a frame // CSS px
 * @returns {[string, string][]}
 */
export function codesOf(tag, settings, height) {
  const frame = { title: `Diorama: ${tag.replace("diorama-", "")}`, height };
  return [
    ["link", linkOf(SITE, tag, settings)],
    ["frame", frameCode(SITE, tag, settings, frame)],
    ["element", elementCode(SITE, tag, settings)],
  ];
}

/**
 * @param {[string, string][]} codes
 * @param {string} copied the kind that was copied last
 * @param {Say} say
 * @param {(kind: string, code: string) => void} copy
 */
export function codeList(codes, copied, say, copy) {
  return html`<div class="share"
    >${codes.map(
      ([kind, code]) =>
        html`<label
            ><span>${say(`share.${kind}`)}</span>
            <textarea
              readonly
              rows=${code.split("\n").length}
              spellcheck="false"
              .value=${code}
              @focus=${(/** @type {Event} */ event) => /** @type {HTMLTextAreaElement} */ (event.target).select()}
            ></textarea>
          </label>
          <button type="button" @click=${() => copy(kind, code)}
            >${say(copied === kind ? "share.copied" : "share.copy")}</button
          >`,
    )}</div
  >`;
}

/**
 * @param {Block} block
 * @param {string} kind
 * @param {string} code
 */
async function copy(block, kind, code) {
  await block.attempt(async () => {
    await navigator.clipboard.writeText(code);
    block.copied = kind;
  });
}
