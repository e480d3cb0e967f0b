// <diorama-parameters>: the parameters of a configuration, summand by summand, FLOPs of a token and bytes of a cache: all read off the graph that the engine would run.
//
//   config   a published model: bert-base (default), bert-large, roberta-base, albert-base, electra-small, gpt-1, gpt2, gpt3-175b, t5-small, llama-7b, llama2-70b, llama3-8b, … (parameters/configs.js)
//   sizes    changes to its config.json, such as "num_hidden_layers:24 vocab_size:50000"
//   untied   the head has a matrix of its own
//   view     budget (default), flops, cache, or several of them, separated by commas
//   context  tokens that are seen, for flops and cache (1024)
//   hide     choice (of the model), sizes (the fields), compare (the published figure)

import { html, nothing } from "lit";
import { entry } from "../lookup.js";
import { Block } from "./block.js";
import { bytes, compact, exact, percent } from "./numbers.js";
import { EMBEDDING, budget, cacheBytes, cacheOf, flopsOfToken, formula, total } from "./parameters/budget.js";
import { CONFIGS, SIZES, parseSizes, tensorsOf } from "./parameters/configs.js";
import { parametersStyles } from "./parameters/styles.js";
import { Planner } from "./plans.js";
import { blockStyles } from "./styles.js";

/** @typedef {import("./parameters/budget.js").Plan} Plan */
/** @typedef {import("./parameters/budget.js").Summand} Summand */

export class Parameters extends Block {
  static settings = { config: "bert-base", sizes: "", untied: false, view: "budget", context: 1024 };
  static hideable = ["choice", "sizes", "compare"];
  static styles = [blockStyles, parametersStyles];

  #planner = new Planner();
  /** @type {{ plan: Plan, summands: Summand[] } | undefined} */
  #counted;

  async begin() {
    await this.#count();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (this.seen && ["config", "sizes", "untied"].some((name) => changed.has(name))) this.attempt(() => this.#count());
  }

  get #published() {
    return entry(CONFIGS, this.settings.config) ?? CONFIGS["bert-base"];
  }

  get #config() {
    return { ...this.#published.config, ...parseSizes(this.settings.sizes) };
  }

  get #untied() {
    return this.settings.untied || (this.#published.untied ?? false);
  }

  async #count() {
    const plan = await this.#planner.plan(this.#config, tensorsOf(this.#untied), this.holding);
    this.#counted = { plan, summands: budget(plan) };
    this.requestUpdate();
  }

  draw() {
    const views = String(this.settings.view).split(/[,\s]+/);
    return html`${this.hides("choice") ? nothing : this.#choice()} ${this.hides("sizes") ? nothing : this.#fields()}
    ${this.#counted ? [views.includes("budget") ? this.#budget(this.#counted.summands) : nothing, views.some((view) => view !== "budget") ? this.#context() : nothing, views.includes("flops") ? this.#flops(this.#counted) : nothing, views.includes("cache") ? this.#cache(this.#counted.plan) : nothing] : html`<div class="room"></div>`}`;
  }

  #choice() {
    const families = [...new Set(Object.values(CONFIGS).map(({ family }) => family))];
    return html`<div class="row tools"
      ><label
        >${this.say("params.config")}
        <select @change=${(/** @type {any} */ { target }) => this.keep({ config: target.value, sizes: "", untied: false })}
          >${families.map(
            (family) =>
              html`<optgroup label=${family}>
                ${Object.entries(CONFIGS)
                  .filter(([, config]) => config.family === family)
                  .map(
                    ([id, { name }]) => html`<option value=${id} ?selected=${id === this.settings.config}>${name}</option>`,
                  )}</optgroup
              >`,
          )}</select
        ></label
      ></div
    >`;
  }

  /** The sizes that this kind of config.json has. */
  #fields() {
    const config = this.#config;
    const changed = parseSizes(this.settings.sizes);
    return html`<details class="fields" ?open=${this.settings.sizes !== ""}
      ><summary>${this.say("params.sizes")}</summary
      ><div class="grid">
        ${SIZES.filter((name) => name in config).map(
          (name) =>
            html`<label
              ><span class="mono">${name}</span>
              <input
                type="number"
                min="1"
                .value=${String(config[name])}
                @change=${(/** @type {any} */ { target }) => this.#resize({ ...changed, [name]: Number(target.value) })}
            /></label>`,
        )}
        <label class="check"
          ><input
            type="checkbox"
            .checked=${this.#untied}
            ?disabled=${this.#published.untied}
            @change=${(/** @type {any} */ { target }) => this.keep({ untied: target.checked })}
          />
          ${this.say("params.untied")}</label
        >
        ${Object.keys(changed).length ? html`<button type="button" class="link" @click=${() => this.keep({ sizes: "" })}>${this.say("params.reset", { name: this.#published.name })}</button>` : nothing}
      </div></details
    >`;
  }

  /** @param {Record<string, number>} sizes */
  #resize(sizes) {
    const { config } = this.#published;
    this.keep({
      sizes: Object.entries(sizes)
        .filter(([name, value]) => value >= 1 && value !== config[name])
        .map(([name, value]) => `${name}:${Math.round(value)}`)
        .join(" "),
    });
  }

  /** @param {Summand[]} summands */
  #budget(summands) {
    const all = total(summands);
    return html`<div class="bar" aria-hidden="true"
        >${summands.map(({ part, size }) => html`<span class=${`part ${part}`} .style=${`flex-grow:${size / all}`} title=${this.say(`params.part.${part}`)}></span>`)}</div
      >
      <div class="scroll" tabindex="0" role="group" aria-label=${this.say("params.budget")}
        ><table class="budget"
          ><thead
            ><tr
              ><th scope="col">${this.say("params.part")}</th><th scope="col">${this.say("params.formula")}</th
              ><th scope="col">${this.say("params.count")}</th><th scope="col">${this.say("params.share")}</th></tr
            ></thead
          >
          <tbody
            >${summands.map(
              (summand) =>
                html`<tr
                  ><th scope="row"
                    ><span class=${`swatch part ${summand.part}`}></span>${this.say(`params.part.${summand.part}`)}</th
                  ><td class="formula">${formula(summand)}</td><td>${exact(summand.size)}</td
                  ><td>${percent(summand.size / all)}</td></tr
                >`,
            )}</tbody
          >
          <tfoot
            ><tr><th scope="row">${this.say("params.total")}</th><td></td><td class="total">${exact(all)}</td><td></td></tr>
            <tr
              ><th scope="row" class="soft">${this.say("params.embedding")}</th><td></td
              ><td>${exact(total(summands, EMBEDDING))}</td><td>${percent(1 - total(summands, EMBEDDING) / all)}</td></tr
            ></tfoot
          ></table
        ></div
      >
      ${this.hides("compare") || this.settings.sizes ? nothing : this.#compare(summands)}`;
  }

  /** @param {Summand[]} summands */
  #compare(summands) {
    const { published, source, without = [], note, counted } = this.#published;
    const here = total(summands, without);
    return html`<p class="compare"
      ><b>${exact(here)}</b> ${note === "heads" ? this.say("params.compare.heads") : this.say("params.compare")}
      <b>${published}</b>
      <small>${source}</small>
      ${counted ? html`<span class="agrees">${counted === here ? this.say("params.exact") : this.say("params.differs", { n: exact(counted) })}</span>` : nothing}
      ${note && note !== "heads" ? html`<small>${this.say(`params.note.${note}`)}</small>` : nothing}</p
    >`;
  }

  /** @param {{ plan: Plan, summands: Summand[] }} counted */
  #flops({ plan, summands }) {
    const { context } = this.settings;
    const tokens = flopsOfToken(plan, context);
    const N = total(summands, EMBEDDING) + (this.#untied ? 0 : (summands.find(({ part }) => part === "tokens")?.size ?? 0));
    const number = (/** @type {number} */ n) => compact(n, this.language);
    const texts = /** @type {const} */ (["source", "target"]).filter((text) => tokens[text].matrices > 0);
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${this.say("params.flops")}
        ><table
          ><thead
            ><tr
              ><th scope="col">${this.say("params.flops")}</th><th scope="col">${this.say("params.matrices")}</th
              ><th scope="col">${this.say("params.attention")}</th><th scope="col">${this.say("params.forward")}</th
              ><th scope="col">${this.say("params.training")}</th></tr
            ></thead
          >
          <tbody
            >${texts.map((text) => {
              const { matrices, attention } = tokens[text];
              return html`<tr
                ><th scope="row">${this.say(`params.text.${text}`)}</th><td>${number(matrices)}</td
                ><td>${number(attention)} <small>${percent(attention / (matrices + attention))}</small></td
                ><td>${number(matrices + attention)}</td><td>${number(3 * (matrices + attention))}</td></tr
              >`;
            })}
            ${texts.length === 1 ? html`<tr><th scope="row">${this.say("params.rule")}</th><td>2N = ${number(2 * N)}</td><td>–</td><td>2N = ${number(2 * N)}</td><td>6N = ${number(6 * N)}</td></tr>` : nothing}</tbody
          ></table
        ></div
      >
      <p class="caption">${this.say("params.flops.help", { context: exact(context) })}</p>`;
  }

  /** @param {Plan} plan */
  #cache(plan) {
    const cache = cacheOf(plan);
    if (!cache) return html`<p class="caption">${this.say("params.cache.none")}</p>`;
    const { context } = this.settings;
    const { heads, kvHeads } = cache;
    const most = cacheBytes(cache, heads, context);
    const shared = kvHeads < heads ? kvHeads : groupsOf(heads);
    const rows = [["mha", heads], ...(shared > 1 ? [["gqa", shared]] : []), ["mqa", 1]];
    return html`<table class="cache"
        ><thead
          ><tr
            ><th scope="col">${this.say("params.cache", { context: exact(context) })}</th
            ><th scope="col">${this.say("params.kv")}</th><th scope="col" class="formula">${this.say("params.formula")}</th
            ><th scope="col">${this.say("params.bytes")}</th></tr
          ></thead
        >
        <tbody
          >${rows.map(
            ([name, kv]) =>
              html`<tr class=${kv === kvHeads ? "own" : ""}
                ><th scope="row"
                  >${this.say(`params.cache.${name}`)}${kv === kvHeads ? html` <small>${this.say("params.own")}</small>` : nothing}<span
                    class="amount"
                    .style=${`width:${(100 * Number(kv)) / heads}%`}
                  ></span
                ></th>
                <td>${kv}</td><td class="formula">2 × ${cache.layers} × ${kv} × ${cache.width} × ${exact(context)} × 2 B</td
                ><td
                  >${bytes(cacheBytes(cache, Number(kv), context))}
                  <small>${percent(cacheBytes(cache, Number(kv), context) / most)}</small></td
                ></tr
              >`,
          )}</tbody
        ></table
      >
      <p class="caption">${this.say("params.cache.help")}</p>`;
  }

  #context() {
    const { context } = this.settings;
    return html`<div class="row tools"
      ><label for="context">${this.say("params.context")}</label
      ><input
        id="context"
        type="range"
        min="5"
        max="17"
        step="1"
        .value=${String(Math.log2(context))}
        aria-valuetext=${exact(context)}
        @input=${(/** @type {any} */ { target }) => this.keep({ context: 2 ** Number(target.value) })}
      /><output>${exact(context)}</output></div
    >`;
  }
}

/**
 * Key/value heads that a model without groups might have had: at most the eight that LLaMA 2 and 3 took, and as many query heads to each.
 * @param {number} heads
 */
function groupsOf(heads) {
  for (let groups = Math.min(8, heads - 1); groups > 1; groups--) if (heads % groups === 0) return groups;
  return 1;
}

export { Parameters as element };
