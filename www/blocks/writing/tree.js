// Every path that was taken through a text being written: a tree of tokens, as plain structure. What a token's probability is, only the model knows (explorer.js).

/** `parent` is −1 at the root, which stands for the text before anything was written. @typedef {{ key: number, id: number, parent: number, children: number[], depth: number }} Node */

export const ROOT = 0;

// Marks that a URL's #hash keeps as they are: `a.b_c.d-_e-f` is a b, after which came f, and beside it two branches, c d and e.
const [NEXT, OPEN, CLOSE] = [".", "_", "-"];
const BASE = 36;

export class TokenTree {
  /** @type {Map<number, Node>} */
  #nodes = new Map([[ROOT, { key: ROOT, id: -1, parent: -1, children: [], depth: 0 }]]);
  #next = ROOT + 1;

  /** @param {number} key */
  node(key) {
    return /** @type {Node} */ (this.#nodes.get(key));
  }

  /** @param {number} key */
  has(key) {
    return this.#nodes.has(key);
  }

  /** Nodes without the root. */
  get size() {
    return this.#nodes.size - 1;
  }

  /**
   * The child with that token, added where there is none.
   * @param {number} parent
   * @param {number} id
   * @returns {number} its key
   */
  grow(parent, id) {
    const { children, depth } = this.node(parent);
    const known = children.find((key) => this.node(key).id === id);
    if (known !== undefined) return known;
    const key = this.#next++;
    this.#nodes.set(key, { key, id, parent, children: [], depth: depth + 1 });
    children.push(key);
    return key;
  }

  /**
   * Takes a node away with all that comes after it.
   * @param {number} key not the root's
   */
  prune(key) {
    const { parent, children } = this.node(key);
    [...children].forEach((child) => this.prune(child));
    const siblings = this.node(parent).children;
    siblings.splice(siblings.indexOf(key), 1);
    this.#nodes.delete(key);
  }

  /**
   * The tokens from the root to a node.
   * @param {number} key
   * @returns {number[]} ids
   */
  path(key) {
    return this.line(key)
      .slice(1)
      .map((place) => this.node(place).id);
  }

  /**
   * The nodes from the root to a node, both among them.
   * @param {number} key
   * @returns {number[]} keys
   */
  line(key) {
    const { parent } = this.node(key);
    return parent < 0 ? [key] : [...this.line(parent), key];
  }

  /** Each node before its children, the first child first. @returns {Node[]} */
  preorder(key = ROOT) {
    const node = this.node(key);
    return [node, ...node.children.flatMap((child) => this.preorder(child))];
  }

  leaves() {
    return this.preorder().filter(({ key, children }) => key !== ROOT && children.length === 0);
  }

  /** The tree's tokens in one word, for a link; empty where there are none. */
  format(key = ROOT) {
    const [first, ...others] = this.node(key).children;
    if (first === undefined) return "";
    const written = (/** @type {number} */ child) => /** @type {string} */ (this.#written(child));
    return others.map((child) => OPEN + written(child) + CLOSE).join("") + written(first);
  }

  /**
   * @param {string} text as `format` writes it; what cannot be read, and all after it, is left out
   * @returns {TokenTree}
   */
  static parse(text) {
    const tree = new TokenTree();
    const pieces = text.match(/[0-9a-z]+|[._-]/g) ?? [];
    const place = { now: 0 };
    read(tree, ROOT, pieces, place);
    return tree;
  }

  /** @param {number} key @returns {string} */
  #written(key) {
    const { id, children } = this.node(key);
    const rest = this.format(key);
    return id.toString(BASE) + (rest && children.length === 1 ? NEXT : "") + rest;
  }
}

/**
 * The children of `parent`: branches first, then the path that goes on; the latter becomes the first child.
 * @param {TokenTree} tree
 * @param {number} parent
 * @param {string[]} pieces
 * @param {{ now: number }} place
 */
function read(tree, parent, pieces, place) {
  const branches = [];
  while (pieces[place.now] === OPEN) {
    place.now++;
    branches.push(read(tree, parent, pieces, place));
    if (pieces[place.now] === CLOSE) place.now++;
  }
  const id = parseInt(pieces[place.now] ?? "", BASE);
  if (!Number.isInteger(id)) return -1;
  place.now++;
  const key = tree.grow(parent, id);
  const siblings = tree.node(parent).children;
  // Written last, grown first.
  if (branches.length > 0) siblings.splice(0, 0, ...siblings.splice(siblings.indexOf(key), 1));
  if (pieces[place.now] === NEXT) place.now++;
  if (![undefined, CLOSE].includes(pieces[place.now])) read(tree, key, pieces, place);
  return key;
}
