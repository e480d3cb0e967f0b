// The blocks in the order in which a teacher looks for them; a test holds the shelves to all that there are.

/** @typedef {{ id: string, tags: string[] }} Shelf */

/** @type {Shelf[]} */
export const SHELVES = [
  { id: "reading", tags: ["diorama-tokenizers", "diorama-heads", "diorama-mask-lab", "diorama-cell"] },
  { id: "models", tags: ["diorama-architecture", "diorama-compare", "diorama-llama", "diorama-embedding"] },
  { id: "writing", tags: ["diorama-generation", "diorama-branches", "diorama-beams", "diorama-cache", "diorama-iterated"] },
  { id: "change", tags: ["diorama-change", "diorama-intervene", "diorama-lens"] },
  { id: "training", tags: ["diorama-corruption", "diorama-feedback"] },
  { id: "numbers", tags: ["diorama-parameters", "diorama-scaling", "diorama-checks"] },
];

/**
 * The end of a block's keys in the locales: `blocks.name.…`, `blocks.line.…`.
 * @param {string} tag
 */
export function keyOf(tag) {
  return tag.replace("diorama-", "").replaceAll("-", "");
}
