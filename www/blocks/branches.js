// A text being written that can be rewound: step, back, and branch at any token; every path that was taken stays in a tree.

import { css, html, nothing } from "lit";
import { cutDistribution } from "../reading/sampling.js";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";
import { Explorer } from "./writing/explorer.js";
import { minus, prompted, wholeOf, writingStyles } from "./writing/parts.js";
import { ROOT } from "./writing/tree.js";

/** @typedef {{ tree: string, at: number }} Moment */

const SHOWN = 12; // candidates
const DRAWN = 5; // continuations
/** What the example begins with: a greedy path, and a few that are drawn. */
const FIRST = { length: 10, drawn: 4, temperature: 1.2 };

export class Branches extends TextBlock {
  /** `tree` are the paths' tokens, `at` is the place in it (0: its root), counted as in `tree`. */
  static settings = {
    model: "models/gpt2-tiny/",
    text: "Once upon a time",
    temperature: 0.8,
    topK: 0,
    topP: 1,
    max: 16,
    tree: "",
    at: 0,
  };
  static styles = [
    blockStyles,
    writingStyles,
    css`
      diorama-candidates {
        margin-top: 8px;
      }
      .place {
        margin-top: 16px;
        border-top: 1px solid var(--hairline);
        padding-top: 12px;
      }
    `,
  ];

  /** @type {Explorer | undefined} */
  #explorer;
  #current = ROOT;
  /** @type {Moment[]} */
  #past = [];
  /** @type {Moment[]} */
  #future = [];

  forget() {
    this.#explorer = undefined;
  }

  async read() {
    const { tree, at, text } = this.settings;
    const before = this.#explorer;
    const explorer = new Explorer(this.engine);
    await before?.release();
    await explorer.start({ text });
    this.#explorer = explorer;
    this.#current = ROOT;
    this.#past = [];
    this.#future = [];
    // A tree belongs to the text for which it was grown.
    const given = tree && (before === undefined || this.#grownFor === text);
    this.#grownFor = text;
    if (given) {
      await explorer.rebuild(tree);
      this.#current = explorer.tree.preorder()[at]?.key ?? ROOT;
    } else {
      await this.#example(explorer, this.signal);
      if (tree) this.keep({ tree: "", at: 0 });
    }
    await this.#show();
  }

  /** The text of the tree. */
  #grownFor = "";

  /** What is shown follows the settings, whoever changed them. @param {Map<string, unknown>} changed */
  updated(changed) {
    super.updated(changed);
    if (!this.#explorer || this.busy > 0 || ["model", "loaded", "text"].some((name) => changed.has(name))) return;
    const { tree, at } = this.settings;
    const now = this.#moment();
    const moved = (changed.has("tree") && tree !== now.tree) || (changed.has("at") && at !== now.at);
    if (moved && (tree || this.#past.length > 0)) this.work(() => this.#arrive({ tree, at }));
    else if (["temperature", "topK", "topP"].some((name) => changed.has(name))) this.attempt(() => this.#show());
  }

  /** @param {Moment} moment */
  async #arrive({ tree, at }) {
    const explorer = this.#explorer;
    if (!explorer) return;
    await explorer.rebuild(tree);
    this.#current = explorer.tree.preorder()[at]?.key ?? ROOT;
    await this.#show();
  }

  /**
   * @param {Explorer} explorer
   * @param {AbortSignal} signal
   */
  async #example(explorer, signal) {
    const { seed } = this.settings;
    const write = (/** @type {import("./writing/explorer.js").Sampling} */ sampling) =>
      explorer.write(ROOT, FIRST.length, { sampling, goesOn: () => !signal.aborted });
    await write({ temperature: 0, topK: 0, topP: 1, seed });
    for (let draw = 0; draw < FIRST.drawn; draw++)
      await write({ temperature: FIRST.temperature, topK: 0, topP: 1, seed: seed + draw });
  }

  /** What stands at the current node becomes known, and is drawn. */
  async #show() {
    const explorer = this.#explorer;
    if (!explorer) return;
    await explorer.look(this.#current);
    await explorer.spell(this.#cut().map(({ id }) => id));
    this.requestUpdate();
  }

  #cut() {
    const known = this.#explorer?.known(this.#current);
    return known ? cutDistribution(known.logits, this.settings, SHOWN) : [];
  }

  /**
   * Changes the tree by the reader's hand; it can be undone.
   * @param {(explorer: Explorer, signal: AbortSignal) => Promise<number>} change gives the place to be at
   * @param {Record<string, number>} [settings] that change with it
   */
  #change(change, settings = {}) {
    return this.work(async () => {
      const explorer = this.#explorer;
      if (!explorer) return;
      const before = this.#moment();
      this.#current = await change(explorer, this.signal);
      const now = this.#moment();
      if (now.tree !== before.tree) {
        this.#past.push(before);
        this.#future = [];
      }
      this.keep({ ...now, ...settings });
      await this.#show();
    });
  }

  /** @returns {Moment} */
  #moment() {
    const { tree } = /** @type {Explorer} */ (this.#explorer);
    return { tree: tree.format(), at: tree.preorder().findIndex(({ key }) => key === this.#current) };
  }

  /**
   * @param {Moment[]} from
   * @param {Moment[]} to
   */
  #travel(from, to) {
    return this.work(async () => {
      const [explorer, moment] = [this.#explorer, from.pop()];
      if (!explorer || !moment) return;
      to.push(this.#moment());
      await this.#arrive(moment);
      this.keep(moment);
    });
  }

  /** Going somewhere that is known takes no time, and no turn. @param {number} key */
  #go(key) {
    return this.#change(async () => key);
  }

  get #sampling() {
    const { temperature, topK, topP, seed } = this.settings;
    return { temperature, topK, topP, seed };
  }

  /** @param {number} count */
  #write(count) {
    return this.#change((explorer, signal) =>
      explorer.write(this.#current, count, {
        sampling: this.#sampling,
        goesOn: () => !signal.aborted,
        grown: (key) => this.#grew(key),
      }),
    );
  }

  /** A long run shows itself. @param {number} key */
  #grew(key) {
    this.#current = key;
    this.requestUpdate();
  }

  #draw() {
    const { seed, max } = this.settings;
    return this.#change(
      async (explorer, signal) => {
        const here = this.#current;
        for (let draw = 0; draw < DRAWN && !signal.aborted; draw++) {
          await explorer.write(here, max, { sampling: { ...this.#sampling, seed: seed + draw }, goesOn: () => !signal.aborted });
          this.requestUpdate();
        }
        return here;
      },
      { seed: (seed + DRAWN) % 2 ** 32 },
    );
  }

  /** @param {number} key */
  #prune(key) {
    return this.#change(async ({ tree }) => {
      if (key === ROOT) return ROOT;
      const { parent } = tree.node(key);
      const here = tree.line(this.#current).includes(key) ? parent : this.#current;
      tree.prune(key);
      return here;
    });
  }

  #clear() {
    return this.#change(async ({ tree }) => {
      [...tree.node(ROOT).children].forEach((key) => tree.prune(key));
      return ROOT;
    });
  }

  draw() {
    const explorer = this.#explorer;
    if (!explorer) return nothing;
    const { say, settings } = this;
    const [current, { tree }] = [this.#current, explorer];
    const { parent, children, depth } = tree.node(current);
    const cut = this.#cut().map((candidate) => ({ ...candidate, ...explorer.piece(candidate.id) }));
    const room = explorer.room(current);
    return html`<p class="caption">${say("branches.intro")}</p>
      <div class="row bar">
        <button type="button" class="primary" ?disabled=${room <= 0} @click=${() => this.#write(1)}
          >${say("branches.step")}</button
        >
        <button type="button" ?disabled=${current === ROOT} @click=${() => this.#go(parent)}>${say("branches.back")}</button>
        ${this.busy > 0 ? this.stopOrAgain() : html`<button type="button" ?disabled=${room <= 0} @click=${() => this.#write(settings.max)}>${say("branches.run")}</button>`}
        <button
          type="button"
          ?disabled=${room <= 0 || settings.temperature === 0}
          title=${settings.temperature === 0 ? say("branches.draw.greedy") : say("branches.draw.help")}
          @click=${() => this.#draw()}
          >${say("branches.draw", { n: DRAWN })}</button
        >
        <span class="quiet">
          <button type="button" class="link" ?disabled=${current === ROOT} @click=${() => this.#prune(current)}
            >${say("branches.prune")}</button
          >
          <button type="button" class="link" ?disabled=${tree.size === 0} @click=${() => this.#clear()}
            >${say("branches.clear")}</button
          >
          <button
            type="button"
            class="link"
            ?disabled=${this.#past.length === 0}
            @click=${() => this.#travel(this.#past, this.#future)}
            >${say("branches.undo")}</button
          >
          <button
            type="button"
            class="link"
            ?disabled=${this.#future.length === 0}
            @click=${() => this.#travel(this.#future, this.#past)}
            >${say("branches.redo")}</button
          >
        </span>
        <span class="fields">
          <label
            >${say("branches.max")}
            <input
              type="number"
              min="1"
              max="64"
              .value=${String(settings.max)}
              @change=${(/** @type {Event} */ event) => this.keep({ max: wholeOf(event, 1, 64) })}
          /></label>
          <label
            >${say("branches.seed")}
            <input
              type="number"
              min="0"
              max="4294967295"
              .value=${String(settings.seed)}
              @change=${(/** @type {Event} */ event) => this.keep({ seed: wholeOf(event, 0, 2 ** 32 - 1) })}
          /></label>
        </span>
      </div>
      <diorama-token-tree
        .nodes=${this.#nodes(explorer)}
        .current=${current}
        .label=${say("branches.tree", { n: tree.leaves().length })}
        .say=${say}
        @diorama-node-select=${(/** @type {CustomEvent} */ { detail }) => this.#go(detail.key)}
        @diorama-node-prune=${(/** @type {CustomEvent} */ { detail }) => this.#prune(detail.key)}
      ></diorama-token-tree>
      <p class="text" dir="auto" translate="no" aria-live="polite"
        >${prompted(settings.text, explorer.piece(tree.path(current)[0] ?? -1).token, explorer.text(current), this.engine.info.kind)}</p
      >
      <section class="place" aria-label=${say("candidates.title")}>
        <h3
          >${say("branches.next", { n: depth + 1 })}<small
            >${current === ROOT ? nothing : say("branches.sum", { total: minus(explorer.total(current), 2), each: Math.exp(explorer.total(current) / depth).toFixed(3) })}</small
          ></h3
        >
        ${
          explorer.done(current)
            ? html`<p class="soft">${say("branches.done")}</p>`
            : room <= 0
              ? html`<p class="soft">${say("branches.full")}</p>`
              : html`<diorama-candidates
                  .candidates=${cut}
                  .chosen=${children.length > 0 ? tree.node(children[0]).id : undefined}
                  .temperature=${settings.temperature}
                  .topK=${settings.topK}
                  .topP=${settings.topP}
                  .label=${say("candidates.title")}
                  .say=${say}
                  @diorama-settings-change=${(/** @type {CustomEvent} */ { detail }) => this.keep(detail)}
                  @diorama-candidate-select=${(/** @type {CustomEvent} */ { detail }) => this.#change((explorer) => explorer.write(this.#current, 1, { forced: [detail.id] }))}
                ></diorama-candidates>`
        }
      </section>`;
  }

  /**
   * @param {Explorer} explorer
   * @returns {import("../views/token-tree.js").TreeNode[]}
   */
  #nodes(explorer) {
    const { tree } = explorer;
    const { say } = this;
    return tree.preorder().map(({ key, id, parent, children, depth }) => {
      if (key === ROOT) return { key, token: say("branches.root"), special: false };
      const note = children.length === 0 ? say("branches.path", { total: minus(explorer.total(key), 1), n: depth }) : undefined;
      return { key, parent, ...explorer.piece(id), probability: Math.exp(explorer.logProb(key)), note };
    });
  }
}

export { Branches as element };
