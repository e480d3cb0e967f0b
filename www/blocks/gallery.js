// Every block by its tag, loaded when a page first has one. A new block is one file here and one line below.

/** @type {Record<string, () => Promise<{ element: typeof import("./block.js").Block }>>} */
export const BLOCKS = {
  "diorama-corruption": () => import("./corruption.js"),
  "diorama-heads": () => import("./heads.js"),
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
  if (!(tag in BLOCKS)) return Promise.reject(new Error(`<${tag}> is not one of the blocks: ${Object.keys(BLOCKS).join(", ")}.`));
  let defined = DEFINED.get(tag);
  if (!defined) {
    defined = BLOCKS[tag]().then(({ element }) => {
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
    if (root instanceof Element && root.localName in BLOCKS) define(root.localName);
    for (const element of root.querySelectorAll(":not(:defined)")) if (element.localName in BLOCKS) define(element.localName);
  };
  look(document);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) if (node instanceof Element) look(node);
  }).observe(document, { childList: true, subtree: true });
}
