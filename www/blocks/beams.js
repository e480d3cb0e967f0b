// A beam search as it went: what each step kept and dropped, by which scores, and what was chosen in the end.

import { css, html, nothing } from "lit";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";
import { endings, textAt } from "./writing/beams.js";
import { minus, prompted, wholeOf, writingStyles } from "./writing/parts.js";

/** @typedef {import("../trace.js").BeamTree} BeamTree */

const MOST = 5; // beams
const LISTED = 6; // endings

export class Beams extends TextBlock {
  /** `steps` is the most tokens to write; `compact` leaves out what was dropped. */
  static settings = { model: "models/gpt2-tiny/", text: "Once upon a time", beams: 3, steps: 12, compact: false };
  static styles = [
    blockStyles,
    writingStyles,
    css`
      .endings {
        margin-top: 16px;
        width: 100%;
      }
      .endings th {
        white-space: nowrap;
      }
      .endings td.text {
        text-align: left;
        font-size: 16px;
        margin: 0;
        white-space: normal;
        min-width: 10em;
      }
      .endings .won :is(td, th) {
        font-weight: 650;
        color: var(--ink);
      }
      .endings .won th::before {
        content: "";
        display: inline-block;
        width: 9px;
        height: 9px;
        border-radius: 2px;
        margin-right: 7px;
        background: var(--decoder);
      }
      .reading {
        min-height: 24px;
        margin: 8px 0;
        font-variant-numeric: tabular-nums;
      }
      .scroll {
        overflow-x: auto;
      }
      .endings caption {
        text-align: left;
        padding-bottom: 4px;
      }
      .endings th.text {
        text-align: left;
      }
      :host {
        container-type: inline-size;
      }
      /* Where a text would be a word wide it stands below its numbers. */
      @container (max-width: 560px) {
        .endings,
        .endings :is(caption, thead, tbody) {
          display: block;
        }
        .endings tr {
          display: grid;
          grid-template-columns: minmax(3.5em, 1fr) minmax(5em, 7em) minmax(4em, 5em) minmax(6em, 9em);
          align-items: end;
          border-bottom: 1px solid var(--hairline);
          padding: 6px 0;
        }
        .endings :is(td, th) {
          border: 0;
          padding: 0 0 0 8px;
          white-space: normal;
        }
        .endings :is(td, th):first-child {
          padding-left: 0;
          white-space: nowrap;
        }
        .endings td.text {
          grid-area: 2 / 1 / 3 / -1;
          padding: 2px 0 0;
        }
        .endings th.text {
          position: absolute;
          clip-path: inset(50%);
        }
      }
    `,
  ];

  /** @type {BeamTree | undefined} */
  #tree;
  /** The texts of paths that are shown. @type {Map<string, string>} */
  #texts = new Map();
  /** The likeliest token each time, for comparison. @type {{ ids: number[], text: string, score: number } | undefined} */
  #greedy;
  /** @type {number | undefined} */
  #current;

  get rereads() {
    return ["beams", "steps"];
  }

  forget() {
    this.#tree = undefined;
  }

  async read() {
    const { text, beams, steps: maxNewTokens } = this.settings;
    const { kind, maxPositions } = this.engine.info;
    const length =
      kind === "decoder" && maxPositions !== null
        ? Math.min(maxNewTokens, maxPositions - (await this.engine.encode(text)).length)
        : maxNewTokens;
    const { signal } = this;
    const progress = this.progress();
    const tree = await this.engine.beamTree(
      { text },
      { beams, maxNewTokens: length, signal, onStep: (done) => progress(done / length) },
    );
    const greedy = await this.engine.beamTree({ text }, { beams: 1, maxNewTokens: length, signal });
    this.#tree = tree;
    this.#current = undefined;
    const [single] = endings(greedy);
    this.#greedy = single && { ...single, text: greedy.text };
    for (const { ids } of endings(tree).slice(0, LISTED)) this.#texts.set(ids.join(), await this.engine.decode(ids));
    this.requestUpdate();
  }

  /** @param {number | undefined} key */
  async #select(key) {
    this.#current = key;
    const tree = this.#tree;
    if (tree && key !== undefined) {
      const { path } = textAt(tree, key);
      if (!this.#texts.has(path.join())) this.#texts.set(path.join(), await this.engine.decode(path));
    }
    this.requestUpdate();
  }

  draw() {
    const tree = this.#tree;
    if (!tree) return this.stopLongOrAgain();
    const { say, settings } = this;
    return html`<p class="caption">${say("beams.intro")}</p>
      <div class="row bar">
        <div class="row" role="group" aria-label=${say("beams.count")}
          ><span class="small">${say("beams.count")}</span
          >${Array.from({ length: MOST }, (_, i) => html`<button type="button" aria-pressed=${settings.beams === i + 1} @click=${() => this.keep({ beams: i + 1 })}>${i + 1}</button>`)}</div
        >
        <span class="fields"
          ><label
            ><input
              type="checkbox"
              .checked=${!settings.compact}
              @change=${(/** @type {Event} */ event) => this.keep({ compact: !(/** @type {HTMLInputElement} */ (event.target).checked) })}
            />
            ${say("beams.dropped")}</label
          >
          <label
            >${say("branches.max")}
            <input
              type="number"
              min="1"
              max="40"
              .value=${String(settings.steps)}
              @change=${(/** @type {Event} */ event) => this.keep({ steps: wholeOf(event, 1, 40) })}
          /></label>
          ${this.stopOrAgain()}</span
        >
      </div>
      <diorama-beam-lattice
        class=${this.busy > 0 || this.signal.aborted ? "stale" : ""}
        .steps=${tree.steps}
        .ids=${tree.ids}
        .current=${this.#current}
        .hideDropped=${settings.compact}
        .label=${say("beams.label", { n: tree.steps.length })}
        .say=${say}
        @diorama-node-select=${(/** @type {CustomEvent} */ { detail }) => this.attempt(() => this.#select(detail.key))}
      ></diorama-beam-lattice>
      <p class="reading small" aria-live="polite">${this.#reading(tree)}</p>
      <div class="scroll" role="region" tabindex="0" aria-label=${say("beams.endings")}
        ><table class="endings" role="table"
          ><caption class="small">${say("beams.endings")}</caption>
          <thead role="rowgroup"
            ><tr role="row"
              ><td role="cell"></td
              >${["iterated.text", "beams.sum", "beams.length", "beams.mean"].map((key, i) => html`<th role="columnheader" scope="col" class=${i === 0 ? "text" : ""}>${say(key)}</th>`)}</tr
            ></thead
          >
          <tbody role="rowgroup"
            >${endings(tree)
              .slice(0, LISTED)
              .map((ending, rank) =>
                this.#ending(say("beams.rank", { n: rank + 1 }), ending, this.#texts.get(ending.ids.join()) ?? "", ending.won),
              )}
            ${this.#greedy && settings.beams > 1 ? this.#ending(say("beams.greedy"), { ...this.#greedy, length: this.#greedy.ids.length, mean: this.#greedy.score / this.#greedy.ids.length }, this.#greedy.text, false) : nothing}</tbody
          ></table
        ></div
      >`;
  }

  /**
   * @param {string} name
   * @param {{ ids: number[], score: number, length: number, mean: number }} ending
   * @param {string} text
   * @param {boolean} won
   */
  #ending(name, { ids, score, length, mean }, text, won) {
    return html`<tr role="row" class=${won ? "won" : ""}
      ><th role="rowheader" scope="row">${name}</th
      ><td role="cell" class="text" dir="auto" translate="no">${this.#whole(ids, text)}</td><td role="cell">${minus(score)}</td
      ><td role="cell">${length}</td><td role="cell">${minus(mean, 3)}</td></tr
    >`;
  }

  /**
   * @param {number[]} ids
   * @param {string} text
   */
  #whole([first], text) {
    const piece = this.#tree?.steps[0]?.find(({ id }) => id === first);
    return prompted(this.settings.text, piece?.token ?? "", text, this.engine.info.kind);
  }

  /** @param {BeamTree} tree */
  #reading(tree) {
    if (this.#current === undefined) return this.say("beams.help");
    const { path, score, fate } = textAt(tree, this.#current);
    const won = fate === "finished" && path.join() === tree.ids.join();
    return html`<span class="mono">${this.#whole(path, this.#texts.get(path.join()) ?? "")}</span> ·
      ${this.say("beams.reading", { total: minus(score), n: path.length, mean: minus(score / path.length, 3), fate: this.say(won ? "beams.fate.won" : `beams.fate.${fate}`) })}`;
  }
}

export { Beams as element };
