// The key/value cache filling as a text is written: what each pass computes and what it finds, how many bytes that takes, and what it costs to do without.

import { css, html, nothing } from "lit";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";
import { bytesIn, cacheSizes, measureCost, msIn } from "./writing/cost.js";
import { wholeOf, writingStyles } from "./writing/parts.js";
import { isolated, named } from "../spelling.js";

export class Cache extends TextBlock {
  /** `count` tokens are written; `upto` is the pass that is looked at, 0 for the last. */
  static settings = { model: "models/gpt2-tiny/", text: "Once upon a time", count: 32, upto: 0 };
  static styles = [
    blockStyles,
    writingStyles,
    css`
      .grids {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr));
        gap: 16px 32px;
        margin: 12px 0;
        align-items: start;
      }
      .below {
        display: grid;
        grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
        gap: 24px 40px;
        margin-top: 20px;
        border-top: 1px solid var(--hairline);
        padding-top: 16px;
      }
      .figure {
        font-size: 17px;
        font-variant-numeric: tabular-nums;
        margin: 4px 0 8px;
      }
      .key {
        display: inline-block;
        width: 11px;
        height: 11px;
        margin: 0 6px 0 14px;
        vertical-align: -1px;
        border: 1px solid var(--decoder);
      }
      .key.solid {
        background: var(--decoder);
      }
      .key:first-child {
        margin-left: 0;
      }
      .scrub {
        display: flex;
        gap: 12px;
        align-items: center;
        flex-wrap: wrap;
      }
      .scrub input[type="range"] {
        width: 220px;
      }
      .present :is(td, th) {
        font-weight: 650;
        color: var(--ink);
      }
      tbody th {
        text-align: left;
      }
      @media (max-width: 760px) {
        .below {
          grid-template-columns: minmax(0, 1fr);
        }
        .scrub input[type="range"] {
          width: 100%;
          height: 32px;
        }
      }
    `,
  ];

  /** @type {import("./writing/cost.js").Cost | undefined} */
  #cost;

  get rereads() {
    return ["count"];
  }

  forget() {
    this.#cost = undefined;
  }

  async read() {
    const { text, count } = this.settings;
    this.#cost = await measureCost(this.engine, text, count, this.progress());
    this.requestUpdate();
  }

  draw() {
    const cost = this.#cost;
    const { say, settings } = this;
    if (!cost)
      return html`<p class="caption" style="margin-top:12px"
        >${this.busy ? say("cachecost.busy") : nothing} ${this.stopLongOrAgain()}</p
      >`;
    const { kept, fresh, tokens, prompt, same } = cost;
    const count = tokens.length;
    const upto = settings.upto >= 1 && settings.upto <= count ? settings.upto : count;
    const sum = (/** @type {{ computed: number, reused: number }[]} */ passes, /** @type {"computed" | "reused"} */ what) =>
      passes.slice(0, upto).reduce((total, pass) => total + pass[what], 0);
    const time = (/** @type {{ ms: number }[]} */ passes) => passes.slice(0, upto).reduce((total, { ms }) => total + ms, 0);
    const held = prompt + upto - 1;
    const device = this.engine.info.device === "cpu" ? "CPU" : "WebGPU";
    const sizes = cacheSizes(this.engine.info);
    const grid = (/** @type {"with" | "without"} */ which, /** @type {typeof kept} */ passes) =>
      html`<section>
        <h3>${say(`cachecost.${which}`)}</h3>
        <p class="figure"
          >${say("cachecost.sum", { computed: sum(passes, "computed"), reused: sum(passes, "reused"), time: msIn(time(passes)) })}</p
        >
        <diorama-cache-grid
          .passes=${passes}
          .upto=${upto}
          .label=${say("cachecost.grid", { which: say(`cachecost.${which}`), computed: sum(passes, "computed"), reused: sum(passes, "reused") })}
        ></diorama-cache-grid>
      </section>`;
    return html`<p class="caption">${say(this.engine.info.kind === "decoder" ? "cachecost.intro" : "cachecost.intro.cross")}</p>
      <div class="row bar">
        <div class="scrub"
          ><label for="upto">${say("cachecost.upto", { n: upto })}</label>
          <input
            id="upto"
            type="range"
            min="1"
            max=${count}
            .value=${String(upto)}
            @input=${(/** @type {Event} */ event) => this.keep({ upto: wholeOf(event, 1, count) })}
          />
          <span class="mono">${isolated(named(tokens[upto - 1]?.token))}</span></div
        >
        <span class="fields"
          ><label
            >${say("cachecost.count")}
            <input
              type="number"
              min="2"
              max="128"
              .value=${String(settings.count)}
              @change=${(/** @type {Event} */ event) => this.keep({ count: wholeOf(event, 2, 128), upto: 0 })}
          /></label>
          ${this.busy ? this.stopOrAgain() : html`<button type="button" @click=${() => this.work(() => this.read())}>${say("cachecost.again")}</button>`}</span
        >
      </div>
      <p class="small"
        ><span class="key solid"></span>${say("cachecost.computed")}<span class="key"></span>${say("cachecost.reused")} ·
        ${say("cachecost.axes")}</p
      >
      <div class="grids">${grid("with", kept)} ${grid("without", fresh)}</div>
      <div class="below">
        <section
          ><h3>${say("cachecost.time")}</h3>
          <diorama-lines
            .lines=${[
              { name: say("cachecost.with"), hue: "decoder", values: kept.map(({ ms }) => ms) },
              { name: say("cachecost.without"), hue: "ink-soft", dashed: true, values: fresh.map(({ ms }) => ms) },
            ]}
            .label=${say("cachecost.time")}
            .x=${say("cachecost.x")}
            .y=${say("cachecost.y")}
            unit="ms"
            .marked=${upto - 1}
          ></diorama-lines>
          <p class="caption">${say("cachecost.same", { same, n: count })} ${say("cachecost.measured", { device })}</p></section
        >
        <section
          ><h3>${say("cachecost.bytes", { n: held, bytes: bytesIn(held * (this.engine.info.cache?.bytes ?? 0)) })}</h3>
          <table
            ><thead
              ><tr
                ><th scope="col">${say("cachecost.attention")}</th><th scope="col">${say("cachecost.each")}</th
                ><th scope="col">${say("cachecost.now", { n: held })}</th></tr
              ></thead
            >
            <tbody
              >${sizes.map(
                ({ kind, kvHeads, bytes, present }) =>
                  html`<tr class=${present ? "present" : ""}
                    ><th scope="row"
                      >${say(`cachecost.${kind}`, { n: kvHeads })}${present ? html` · ${say("cachecost.present")}` : nothing}</th
                    >
                    <td>${bytesIn(bytes)}</td><td>${bytesIn(bytes * held)}</td></tr
                  >`,
              )}</tbody
            ></table
          >
          <p class="caption" style="margin-top:8px"
            >${say("cachecost.bytes.note", { layers: this.engine.info.layers, heads: this.engine.info.heads })}</p
          ></section
        >
      </div>`;
  }
}

export { Cache as element };
