// An encoder as a writer, beside a decoder of its size: why models that see both sides are not asked to write.

import { css, html, nothing } from "lit";
import { outputHeadOf } from "../reading/reader.js";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";
import { msIn } from "./writing/cost.js";
import { iterate, openingOf, surprise, writeOn } from "./writing/iterate.js";
import { prompted, wholeOf, writingStyles } from "./writing/parts.js";

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("./writing/iterate.js").Pass} Pass */
/** `bits` are a character's, as the decoder judges. @typedef {{ name: string, parameters: number, text: string, first: string, passes: number, positions: number, ms: number, bits: number }} Side */

export class Iterated extends TextBlock {
  /** `mode` is "append", a mask behind the text at a time, or "refine", all masks at once and `passes` rounds; `against` is the other model: a decoder for an encoder, an encoder for a decoder. */
  static settings = { model: "models/bert-tiny/", text: "Once upon a time", against: "", mode: "append", length: 12, passes: 4 };
  static styles = [
    blockStyles,
    writingStyles,
    css`
      .passes {
        max-height: 260px;
        overflow: auto;
        scrollbar-width: thin;
        --mark: var(--encoder);
      }
      .passes ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .passes li {
        display: grid;
        grid-template-columns: 3.5em minmax(0, 1fr);
        align-items: start;
      }
      .passes li > span {
        font: var(--figures-small);
        color: var(--ink-soft);
        padding-top: 10px;
        font-variant-numeric: tabular-nums;
      }
      .sides {
        width: 100%;
        margin-top: 16px;
        table-layout: auto;
      }
      .sides td.text {
        text-align: left;
        font-size: 16px;
        margin: 0;
        min-width: 16em;
        line-height: 1.45;
      }
      .sides th {
        vertical-align: top;
        white-space: nowrap;
      }
      .sides td {
        vertical-align: top;
      }
      .swatch {
        display: inline-block;
        width: 9px;
        height: 9px;
        border-radius: 2px;
        margin-right: 7px;
      }
      @media (max-width: 640px) {
        .scroll {
          overflow-x: auto;
        }
        .passes li {
          grid-template-columns: minmax(0, 1fr);
        }
        .passes li > span {
          padding: 4px 0 0 3px;
        }
      }
    `,
  ];

  /** @type {Pass[]} */
  #passes = [];
  /** The encoder's, the decoder's. @type {Side[]} */
  #sides = [];
  /** @type {Model | undefined} */
  #other;
  #unknown = false;

  get rereads() {
    return ["mode", "length", "passes"];
  }

  async begin() {
    const { model, against } = this.settings;
    this.held = undefined;
    this.#sides = [];
    const first = await this.use(model);
    this.#other = await this.use(
      against || (first.info.kind === "encoder" ? "models/gpt2-tiny/" : "models/bert-tiny/"),
      first.info.device,
    );
    this.held = first;
    await this.inTurn(() => this.read());
  }

  async read() {
    const [encoder, decoder] =
      this.engine.info.kind === "encoder"
        ? [this.engine, /** @type {Model} */ (this.#other)]
        : [/** @type {Model} */ (this.#other), this.engine];
    const { mode, length, passes, text } = this.settings;
    const opening = openingOf(text);
    const progress = this.progress();
    const { signal } = this;
    this.#passes = [];
    this.#sides = [];
    if (lackOf(encoder) || !opening) return this.requestUpdate();
    // Each once unseen: the first pass of a length prepares the device.
    await iterate(encoder, opening, { mode: "refine", count: 1, passes: 1, signal });
    await writeOn(decoder, opening, 1);
    const read = await encoder.encode(opening);
    this.#unknown = read.some(({ token }) => /^(\[UNK\]|<unk>)$/.test(token));
    const filled = await iterate(encoder, opening, { mode, count: length, passes, signal }, (pass) => {
      this.#passes = [...this.#passes, pass];
      progress((0.5 * this.#passes.length) / (mode === "append" ? length : passes));
      this.requestUpdate();
    });
    const written = await writeOn(decoder, opening, length, (n) => progress(0.5 + (0.5 * n) / length));
    const told = spelling(filled.written);
    const joined = opening + (/^[\s.,;:?'’]/.test(told) ? "" : " ") + told;
    const space = written.first.startsWith("▁") && !written.text.startsWith(" ") ? " " : "";
    const bits = [
      await surprise(decoder, opening, joined, signal),
      await surprise(decoder, opening, opening + space + written.text, signal),
    ];
    this.#sides = [
      {
        ...nameOf(encoder),
        text: joined.slice(opening.length),
        first: "",
        passes: filled.passes.length,
        positions: filled.positions,
        ms: filled.ms,
        bits: bits[0],
      },
      { ...nameOf(decoder), ...written, bits: bits[1] },
    ];
    this.requestUpdate();
  }

  draw() {
    const { say, settings } = this;
    if (!this.held) return nothing;
    const opening = openingOf(settings.text);
    const encoder = this.engine.info.kind === "encoder" ? this.engine : this.#other;
    const lack = encoder && lackOf(encoder);
    if (lack) return html`<p class="soft">${say(lack)}</p>`;
    if (!opening) return html`<p class="soft">${say("iterated.empty")}</p>`;
    const modes = /** @type {const} */ (["append", "refine"]);
    return html`<p class="caption">${say(`iterated.intro.${settings.mode}`)}</p>
      <div class="row bar" role="group" aria-label=${say("iterated.mode")}>
        ${modes.map((mode) => html`<button type="button" aria-pressed=${settings.mode === mode} @click=${() => this.keep({ mode })}>${say(`iterated.${mode}`)}</button>`)}
        <span class="fields"
          ><label
            >${say("iterated.length")}
            <input
              type="number"
              min="1"
              max="40"
              .value=${String(settings.length)}
              @change=${(/** @type {Event} */ event) => this.keep({ length: wholeOf(event, 1, 40) })}
          /></label>
          ${settings.mode === "refine" ? html`<label>${say("iterated.passes")} <input type="number" min="1" max="20" .value=${String(settings.passes)} @change=${(/** @type {Event} */ event) => this.keep({ passes: wholeOf(event, 1, 20) })} /></label>` : nothing}
          ${this.stopOrAgain()}</span
        >
      </div>
      ${this.#unknown ? html`<p class="error" role="status">${say("iterated.unknown", { name: encoder?.info.name ?? "" })}</p>` : nothing}
      <div class="passes" role="region" tabindex="0" aria-label=${say("iterated.list")}
        ><ol
          >${this.#passes.map((pass, n) => html`<li><span>${say("iterated.pass", { n: n + 1 })}</span>${this.#strip(pass)}</li>`)}</ol
        ></div
      >
      ${this.#sides.length > 0 ? this.#table() : nothing}`;
  }

  /** @param {Pass} pass */
  #strip({ pieces, filled, masked }) {
    const marks = pieces.map((_, place) => (masked.includes(place) ? "masked" : filled.has(place) ? "written" : ""));
    const weights = pieces.map((_, place) => filled.get(place));
    return html`<diorama-token-strip
      style="--light:var(--encoder)"
      .tokens=${pieces}
      .marks=${marks}
      .weights=${weights}
      .label=${this.say("iterated.list")}
      .say=${this.say}
    ></diorama-token-strip>`;
  }

  #table() {
    const { say, settings } = this;
    const hues = ["encoder", "decoder"];
    return html`<div class="scroll" role="region" tabindex="0" aria-label=${say("iterated.table")}
        ><table class="sides">
          <thead
            ><tr
              ><th scope="col">${say("iterated.model")}</th><th scope="col" style="text-align:left">${say("iterated.text")}</th
              ><th scope="col">${say("iterated.count")}</th><th scope="col">${say("iterated.positions")}</th
              ><th scope="col">${say("iterated.time")}</th><th scope="col">${say("iterated.bits")}</th></tr
            ></thead
          >
          <tbody
            >${this.#sides.map(
              ({ name, parameters, text, first, passes, positions, ms, bits }, side) =>
                html`<tr>
                  <th scope="row"
                    ><span class="swatch" style=${`background:var(--${hues[side]})`}></span><span class="mono">${name}</span
                    ><br /><small>${say("model.size", { n: `${(parameters / 1e6).toFixed(1)} M` })}</small></th
                  >
                  <td class="text" dir="auto" translate="no">${prompted(openingOf(settings.text), first, text, "decoder")}</td
                  ><td>${passes}</td><td>${positions}</td><td>${msIn(ms)}</td><td>${bits.toFixed(2)}</td></tr
                >`,
            )}</tbody
          ></table
        ></div
      >
      <p class="caption" style="margin-top:8px">${say("iterated.note", { name: this.#sides[1].name })}</p>`;
  }
}

/**
 * Why an encoder cannot fill in a gap: its head says other things than words, or it was not trained with gaps.
 * @param {Model} encoder
 */
function lackOf({ info }) {
  return outputHeadOf(info) !== "words" ? "iterated.wordless" : info.mask === null ? "iterated.maskless" : undefined;
}

/** @param {Model} model */
function nameOf({ info: { name, parameters } }) {
  return { name, parameters };
}

/**
 * Words out of an encoder's tokens: WordPiece's "##", or a mark before each word.
 * @param {import("../trace.js").Piece[]} pieces
 */
function spelling(pieces) {
  const marked = pieces.some(({ token }) => token.startsWith("▁"));
  const text = pieces
    .map(({ token }) =>
      marked
        ? token.replaceAll("▁", " ")
        : token.startsWith("##")
          ? token.slice(2)
          : /^[.,;:?!'’]$/.test(token)
            ? token
            : ` ${token}`,
    )
    .join("");
  return text.trimStart();
}

export { Iterated as element };
