// Every block by its tag, loaded when a page first has one. A new block is one file here and one line below.

import { importing } from "../asset.js";
import { preferredLanguage, spoken, words } from "../i18n.js";
import { entry } from "../lookup.js";
import { refusal } from "./refusal.js";

/** @type {Record<string, () => Promise<{ element: typeof import("./block.js").Block }>>} */
export const BLOCKS = {
  "diorama-architecture": () => import("./architecture.js"),
  "diorama-beams": () => import("./beams.js"),
  "diorama-branches": () => import("./branches.js"),
  "diorama-cache": () => import("./cache.js"),
  "diorama-cell": () => import("./cell.js"),
  "diorama-change": () => import("./change.js"),
  "diorama-checks": () => import("./checks.js"),
  "diorama-compare": () => import("./compare.js"),
  "diorama-corruption": () => import("./corruption.js"),
  "diorama-embedding": () => import("./embedding.js"),
  "diorama-feedback": () => import("./feedback.js"),
  "diorama-generation": () => import("./generation.js"),
  "diorama-heads": () => import("./heads.js"),
  "diorama-intervene": () => import("./intervene.js"),
  "diorama-iterated": () => import("./iterated.js"),
  "diorama-lens": () => import("./lens.js"),
  "diorama-llama": () => import("./llama.js"),
  "diorama-parameters": () => import("./parameters.js"),
  "diorama-scaling": () => import("./scaling.js"),
  "diorama-tokenizers": () => import("./tokenizers.js"),
  "diorama-mask-lab": () => import("./mask-lab.js"),
};

/** @type {Map<string, Promise<void>>} */
const DEFINED = new Map();

/**
 * Defines a block's element, once.
 * @param {string} tag
 * @returns {Promise<void>}
 */
export function define(tag) {
  const load = entry(BLOCKS, tag);
  if (!load) return Promise.reject(new Error(`<${tag}> is not one of the blocks: ${Object.keys(BLOCKS).join(", ")}.`));
  let defined = DEFINED.get(tag);
  if (!defined) {
    defined = importing(load).then(({ element }) => {
      if (!customElements.get(tag)) customElements.define(tag, element);
    });
    DEFINED.set(tag, defined);
    defined.catch(() => DEFINED.delete(tag));
  }
  return defined;
}

/** Defines the blocks that stand in the page, and those that come later. */
export function autoload() {
  const look = (/** @type {ParentNode | Element} */ root) => {
    if (root instanceof Element && entry(BLOCKS, root.localName)) defineAt(root);
    for (const element of root.querySelectorAll(":not(:defined)")) if (entry(BLOCKS, element.localName)) defineAt(element);
  };
  look(document);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) if (node instanceof Element) look(node);
  }).observe(document, { childList: true, subtree: true });
}

/** @param {Element} element shows what stands in it as long as it is not defined */
function defineAt(element) {
  const { localName: tag } = element;
  define(tag).catch((error) => {
    const language =
      element.getAttribute("lang") ||
      (element.closest("[lang]")?.getAttribute("lang") ?? "").split("-")[0] ||
      preferredLanguage(navigator.languages);
    spoken(language, () => element.replaceChildren(refusal(error, words(language))));
  });
}
