// A block as others can use it: a link, a frame, or an element of their own page.

import { attributeOf, textOf } from "./settings.js";

/** @typedef {import("./settings.js").Settings} Settings */

/** Before the name of every block. */
const PREFIX = "diorama-";

/**
 * What stands after the `#` of embed.html.
 * @param {string} tag
 * @param {Settings} settings those that differ from the defaults
 */
export function hashOf(tag, settings) {
  const hash = new URLSearchParams({ block: tag.slice(PREFIX.length) });
  for (const [name, value] of Object.entries(settings)) hash.set(attributeOf(name), textOf(value));
  return hash.toString();
}

/**
 * The other way round: a tag, and what is said of its settings, whether or not the block has such settings (see `give`).
 * @param {string} hash with or without its "#"
 * @returns {{ tag: string, given: Map<string, string> }} `tag` is empty where the hash names no block
 */
export function parseHash(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const block = given.get("block");
  return { tag: block ? PREFIX + block : "", given: new Map([...given].filter(([name]) => name !== "block")) };
}

/**
 * @param {string} site the folder's address
 * @param {string} tag
 * @param {Settings} settings
 */
export function linkOf(site, tag, settings) {
  return `${new URL("embed.html", site).href}#${hashOf(tag, settings)}`;
}

/**
 * @param {string} site
 * @param {string} tag
 * @param {Settings} settings
 * @param {{ title: string, height: number }} frame // CSS px
 */
export function frameCode(site, tag, settings, { title, height }) {
  return `<iframe src="${escape(linkOf(site, tag, settings))}" title="${escape(title)}" loading="lazy" style="width: 100%; height: ${Math.ceil(height)}px; border: 0"></iframe>
<script type="module" src="${escape(new URL("frames.js", site).href)}"></script>`;
}

/**
 * @param {string} site
 * @param {string} tag
 * @param {Settings} settings
 */
export function elementCode(site, tag, settings) {
  const written = Object.entries(settings).filter(([, value]) => value !== false);
  const attributes = written
    .map(([name, value]) => (value === true ? ` ${attributeOf(name)}` : ` ${attributeOf(name)}="${escape(String(value))}"`))
    .join("");
  return `<script type="module" src="${escape(new URL("diorama.js", site).href)}"></script>
<${tag}${attributes}></${tag}>`;
}

/** @param {string} text */
function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
