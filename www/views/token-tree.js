import { LitElement, css, html, nothing, svg } from "lit";
import { isolated, named, tiled } from "../spelling.js";

/** @typedef {import("../trace.js").Say} Say */
/**
 * In the order in which a reader meets them: a node before what comes after it, the path that goes on before its branches. `parent` is a key, undefined for the first node,
 * which stands for the text before. `note` stands behind the last token of a path. `mark` is "kept", "dropped" or "won".
 * @typedef {{ key: number, parent?: number, token: string, special: boolean, probability?: number, note?: string, mark?: string, spoken?: string }} TreeNode
 */
/** @typedef {TreeNode & { x: number, y: number, width: number, level: number, children: number, place: number }} Placed */

const ROW = 38; // px
const TILE = 30; // px
const GAP = 12; // px
const LETTER = 9.1; // px, of the monospace
const WIDE = 15; // px, of a CJK sign

/**
 * Paths of tokens as a tree that grows to the right: a branch begins on a line of its own, below the token after which it leaves. The bar under a token is its probability.
 * The arrow keys walk, Delete asks for a branch to be taken away.
 * @fires diorama-node-select - { key: number }
 * @fires diorama-node-prune - { key: number }
 */
export class TokenTree extends LitElement {
  static properties = {
    nodes: { attribute: false },
    current: { type: Number },
    label: {},
    hue: {},
    fixed: { type: Boolean },
    stale: { type: Boolean, reflect: true },
    say: { attribute: false },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    .frame {
      overflow: auto;
      max-height: var(--tree-height, 340px);
      scrollbar-width: thin;
      padding: 4px;
    }
    .tree {
      position: relative;
    }
    svg {
      position: absolute;
      inset: 0;
      pointer-events: none;
      overflow: visible;
    }
    path {
      fill: none;
      stroke: var(--hairline-strong);
      stroke-width: 1.25;
    }
    path.lit {
      stroke: var(--ink-soft);
      stroke-width: 1.75;
    }
    .node {
      position: absolute;
      height: 30px;
      box-sizing: border-box;
      border: 1px solid var(--hairline-strong);
      border-radius: 4px;
      background: var(--case);
      cursor: pointer;
      font: var(--mono);
      line-height: 25px;
      text-align: center;
      white-space: pre;
      color: var(--ink-faint);
      overflow: hidden;
      touch-action: manipulation;
    }
    .node:hover {
      border-color: var(--ink-soft);
    }
    .node:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 1px;
    }
    .node.lit {
      color: var(--ink);
      border-color: var(--ink-soft);
    }
    .node[aria-selected="true"] {
      border-color: var(--ink);
      box-shadow: inset 0 0 0 1px var(--ink);
      font-weight: 700;
    }
    .node.root {
      border-style: none;
      background: none;
      color: var(--ink-soft);
      font: var(--small);
      line-height: 30px;
    }
    .node.root[aria-selected="true"] {
      border-style: solid;
    }
    .special {
      font-variant-caps: all-small-caps;
      border-style: dotted;
    }
    .dropped {
      border-style: dashed;
      border-color: var(--hairline-strong);
      background: none;
    }
    .won {
      border-color: var(--bar);
      border-width: 2px;
      line-height: 23px;
      color: var(--ink);
    }
    .bar {
      position: absolute;
      left: 0;
      bottom: 0;
      height: 4px;
      width: calc(var(--share) * 100%);
      background: color-mix(in oklab, var(--bar) 45%, var(--case));
    }
    :is(.lit, .won) .bar {
      background: var(--bar);
    }
    .dropped .bar {
      background: var(--hairline-strong);
    }
    .note {
      position: absolute;
      height: 30px;
      line-height: 30px;
      font: var(--figures-small);
      line-height: 30px;
      color: var(--ink-soft);
      white-space: nowrap;
      font-variant-numeric: tabular-nums;
    }
    .note.lit {
      color: var(--ink);
    }
    .space {
      display: inline-block;
      width: 0.45em;
      height: 0.28em;
      margin-right: 1px;
      border: 1px solid var(--ink-ghost);
      border-top: 0;
      vertical-align: -0.1em;
    }
    :host([stale]) .tree {
      opacity: 0.5;
    }
  `;

  constructor() {
    super();
    /** @type {TreeNode[]} */
    this.nodes = [];
    /** @type {number | undefined} */
    this.current = undefined;
    this.label = "";
    /** @type {string} encoder or decoder */
    this.hue = "decoder";
    /** Nothing can be taken away. */
    this.fixed = false;
    this.stale = false;
    this.say = /** @type {typeof TokenTree} */ (this.constructor).say;
  }

  render() {
    const placed = layout(this.nodes);
    const lit = this.#lit(placed);
    const width = Math.max(0, ...placed.map(({ x, width, note }) => x + width + (note ? 16 + note.length * 7.6 : 4)));
    const height = Math.max(0, ...placed.map(({ y }) => y)) + ROW;
    const byKey = new Map(placed.map((node) => [node.key, node]));
    return html`<div class="frame"
      ><div class="tree" style=${`width:${width}px;height:${height}px;--bar:var(--${this.hue})`}>
        <svg width=${width} height=${height} aria-hidden="true">
          ${placed.map((node) => connector(node, byKey.get(node.parent ?? NaN), lit.has(node.key)))}
        </svg>
        <div
          role="tree"
          aria-label=${this.label}
          aria-orientation="horizontal"
          @keydown=${(/** @type {KeyboardEvent} */ event) => this.#press(event, placed)}
        >
          ${placed.map((node) => this.#tile(node, lit.has(node.key)))}
        </div>
        ${placed.map(({ key, x, y, width, note }) => (note ? html`<span class="note ${lit.has(key) ? "lit" : ""}" aria-hidden="true" style=${`left:${x + width + 10}px;top:${y}px`}>${note}</span>` : nothing))}
      </div></div
    >`;
  }

  /**
   * @param {Placed} node
   * @param {boolean} lit
   */
  #tile({ key, parent, token, special, probability, mark, spoken, note, x, y, width, level, children, place }, lit) {
    const root = parent === undefined;
    const kind = ["node", lit && "lit", special && "special", mark, root && "root"].filter(Boolean).join(" ");
    const siblings = this.nodes.filter((other) => other.parent === parent).length;
    const name = [named(token), probability === undefined ? "" : percentage(probability), spoken ?? note ?? ""]
      .filter(Boolean)
      .join(", ");
    return html`<div
      class=${kind}
      role="treeitem"
      aria-level=${level}
      aria-posinset=${place}
      aria-setsize=${siblings}
      aria-selected=${key === this.current}
      aria-expanded=${children > 0 ? "true" : nothing}
      aria-label=${name}
      title=${name}
      tabindex=${key === (this.current ?? this.nodes[0].key) ? 0 : -1}
      data-key=${key}
      style=${`left:${x}px;top:${y}px;width:${width}px`}
      @click=${() => this.#emit("diorama-node-select", key)}
      >${root ? isolated(named(token.replace(/^▁/, ""))) : tiled(token)}${probability === undefined ? nothing : html`<span class="bar" style=${`--share:${probability}`}></span>`}</div
    >`;
  }

  /** The current node, and those that lead to it. @param {Placed[]} placed */
  #lit(placed) {
    const parents = new Map(placed.map(({ key, parent }) => [key, parent]));
    const lit = new Set();
    for (let key = this.current; key !== undefined; key = parents.get(key)) lit.add(key);
    return lit;
  }

  /**
   * Right: on; left: back; up and down: to the branch above or below.
   * @param {KeyboardEvent} event
   * @param {Placed[]} placed
   */
  #press(event, placed) {
    const here = placed.find(({ key }) => key === Number(/** @type {HTMLElement} */ (event.target).dataset.key));
    if (!here) return;
    if ((event.key === "Delete" || event.key === "Backspace") && !this.fixed && here.parent !== undefined) {
      event.preventDefault();
      return this.#emit("diorama-node-prune", here.key);
    }
    const next = neighbour(placed, here, event.key);
    if (next === undefined) return;
    event.preventDefault();
    if (next !== here.key) this.#emit("diorama-node-select", next);
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (!changed.has("current") && !changed.has("nodes")) return;
    const tile = /** @type {HTMLElement | null} */ (this.renderRoot.querySelector('[aria-selected="true"]'));
    const focused = this.shadowRoot?.activeElement;
    if (tile && focused && focused !== tile) tile.focus({ preventScroll: true });
    const frame = this.renderRoot.querySelector(".frame");
    if (!tile || !frame || !changed.has("current")) return;
    const [left, top] = [tile.offsetLeft, tile.offsetTop];
    if (left < frame.scrollLeft || left + tile.offsetWidth > frame.scrollLeft + frame.clientWidth)
      frame.scrollLeft = left - frame.clientWidth / 2;
    if (top < frame.scrollTop || top + ROW > frame.scrollTop + frame.clientHeight) frame.scrollTop = top - frame.clientHeight / 2;
  }

  /**
   * @param {string} name
   * @param {number} key
   */
  #emit(name, key) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail: { key } }));
  }
}

/**
 * Where each node stands: the first child on its parent's line, every other on a new line.
 * @param {TreeNode[]} nodes
 * @returns {Placed[]}
 */
function layout(nodes) {
  /** @type {Map<number, Placed>} */
  const placed = new Map();
  let last = 0;
  for (const node of nodes) {
    const above = placed.get(node.parent ?? NaN);
    if (above) above.children++;
    const first = !above || above.children === 1;
    if (!first) last++;
    const y = above && first ? above.y : last * ROW;
    placed.set(node.key, {
      ...node,
      x: above ? above.x + above.width + GAP : 0,
      y,
      width: widthOf(node),
      level: (above?.level ?? 0) + 1,
      children: 0,
      place: above?.children ?? 1,
    });
  }
  return [...placed.values()];
}

/** Deterministic, so that lines meet tiles before anything is drawn. @param {TreeNode} node */
function widthOf({ token, parent }) {
  const letters = [...token].reduce(
    (sum, sign) => sum + (/[⺀-꓏가-힣豈-﫿＀-￯]/.test(sign) ? WIDE : parent === undefined ? 8 : LETTER),
    0,
  );
  return Math.max(TILE, Math.ceil(letters) + 14);
}

/**
 * @param {Placed} node
 * @param {Placed | undefined} above
 * @param {boolean} lit
 */
function connector({ x, y }, above, lit) {
  if (!above) return nothing;
  const [from, middle] = [above.x + above.width, TILE / 2];
  const line =
    y === above.y ? `M${from} ${y + middle}H${x}` : `M${from} ${above.y + middle}h${GAP / 2 - 2}V${y + middle - 4}q0 4 4 4H${x}`;
  return svg`<path class=${lit ? "lit" : ""} d=${line}></path>`;
}

/**
 * @param {Placed[]} placed
 * @param {Placed} here
 * @param {string} key of the keyboard
 * @returns {number | undefined} undefined for a key that does not walk
 */
function neighbour(placed, here, key) {
  if (key === "ArrowLeft") return here.parent ?? here.key;
  if (key === "ArrowRight") return placed.find(({ parent }) => parent === here.key)?.key ?? here.key;
  if (key === "Home") return placed[0].key;
  if (key === "End") return placed.filter(({ y }) => y === here.y).at(-1)?.key;
  if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
  const down = key === "ArrowDown";
  const beyond = placed.filter(({ y }) => (down ? y > here.y : y < here.y));
  if (beyond.length === 0) return here.key;
  const line = down ? Math.min(...beyond.map(({ y }) => y)) : Math.max(...beyond.map(({ y }) => y));
  const apart = (/** @type {Placed} */ { x }) => Math.abs(x - here.x);
  return beyond.filter(({ y }) => y === line).reduce((best, node) => (apart(node) < apart(best) ? node : best)).key;
}

/** @param {number} probability */
function percentage(probability) {
  const percent = probability * 100;
  if (percent < 0.1) return "<0.1 %";
  return `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}
