// The fields by which a reader says what to change, one form for each kind of change.

import { html, nothing } from "lit";
import { parsePlaces, outputsOf } from "./stack.js";

/** @typedef {import("./stack.js").Change} Change */
/** @typedef {import("./sites.js").Site} Site */
/** @typedef {import("../../trace.js").Say} Say */
/** What the fields hold, whichever of them are seen. @typedef {{ kind: Change["do"], site: number, layer: number, head: number, part: string, by: "zero" | "mean", hook: string, places: Record<string, string>, how: "set" | "scale" | "add", value: number, text: string, keep: boolean, cell?: { query: number, key: number, now: number } }} Fields */
/** @typedef {import("../../engine/model.js").ModelInfo["hooks"][number]} Hook */
/** @typedef {{ say: Say, sites: Site[], heads: number, hooks: Hook[], fields: Fields, set: (change: Partial<Fields>) => void }} Form */

export const KINDS = /** @type {const} */ (["head", "layer", "weight", "hook", "patch"]);

/** @param {Site[]} sites @returns {Fields} */
export function emptyFields(sites) {
  const site = Math.max(
    0,
    sites.findIndex(({ part }) => part === "cross_attn"),
  );
  const { stack = "blocks", part = "attn" } = sites[site] ?? {};
  return {
    kind: "head",
    site,
    layer: 0,
    head: 0,
    part: "all",
    by: "zero",
    hook: `${stack}.0.hook_resid_post`,
    places: {},
    how: "scale",
    value: part ? 0 : 0,
    text: "",
    keep: true,
  };
}

/**
 * What the fields say, as a change; nothing where something is missing.
 * @param {Form} form
 * @returns {Change | undefined}
 */
export function changeOf({ sites, hooks, fields }) {
  const { kind, layer, head, part, by, hook, how, value, text, keep, cell } = fields;
  const site = sites[fields.site];
  const known = hooks.find(({ name }) => name === hook);
  const at = Object.fromEntries(
    Object.entries(fields.places)
      .filter(([axis]) => known?.axes.includes(axis))
      .map(([axis, written]) => [axis, parsePlaces(written)])
      .filter(([, places]) => places.length > 0),
  );
  if (kind === "head") return site && { do: "head", stack: site.stack, layer, part: site.part, head, by };
  if (kind === "layer") return site && { do: "layer", stack: site.stack, layer, part, by };
  if (kind === "weight")
    return (
      site && cell && { do: "weight", hook: patternOf(site, layer), head, ...{ query: cell.query, key: cell.key }, value, keep }
    );
  if (kind === "hook") return known && { do: "hook", hook, at, how, value };
  return known && text.trim() ? { do: "patch", hook, at, text: text.trim() } : undefined;
}

/**
 * @param {Site} site
 * @param {number} layer
 */
export function patternOf({ stack, part }, layer) {
  return `${stack}.${layer}.${part}.hook_pattern`;
}

/** @param {Form} form */
export function fieldsOf(form) {
  const { say, fields } = form;
  const { kind } = fields;
  return html`<div class="form">
    <label
      >${say("change.kind")}
      <select
        @change=${(/** @type {Event} */ event) => form.set({ kind: /** @type {any} */ (textOf(event)), value: textOf(event) === "weight" ? 0 : fields.value })}
        >${KINDS.map((name) => html`<option value=${name} ?selected=${name === kind}>${say(`change.kind.${name}`)}</option>`)}</select
      ></label
    >
    ${kind === "hook" || kind === "patch" ? hookFields(form) : siteFields(form)}
  </div>`;
}

/** @param {Form} form */
function siteFields(form) {
  const { say, sites, heads, hooks, fields } = form;
  const site = sites[fields.site];
  if (!site) return nothing;
  const names = new Set(hooks.map(({ name }) => name));
  const parts = ["all", "attn", "cross_attn", "mlp"].filter(
    (part) => outputsOf({ stack: site.stack, layer: 0, part }, names).length > 0,
  );
  const stacks = fields.kind === "layer" ? sites.filter(({ part }) => part === "attn") : sites;
  return html` ${
      stacks.length > 1
        ? html`<label
            >${say("change.where")}
            <select @change=${(/** @type {Event} */ event) => form.set({ site: Number(textOf(event)), cell: undefined })}
              >${stacks.map((one) => html`<option value=${sites.indexOf(one)} ?selected=${one === site}>${say(fields.kind === "layer" ? `change.stack.${one.stack}` : `change.site.${one.stack}.${one.part}`)}</option>`)}</select
            ></label
          >`
        : nothing
    }
    <label
      >${say("change.layer")}
      <select @change=${(/** @type {Event} */ event) => form.set({ layer: Number(textOf(event)), cell: undefined })}
        >${numbers(site.layers, fields.layer)}</select
      ></label
    >
    ${
      fields.kind === "layer"
        ? html`<label
            >${say("change.part")}
            <select @change=${(/** @type {Event} */ event) => form.set({ part: textOf(event) })}
              >${parts.map((part) => html`<option value=${part} ?selected=${part === fields.part}>${say(`change.part.${part}`)}</option>`)}</select
            ></label
          >`
        : html`<label
            >${say("change.head")}
            <select @change=${(/** @type {Event} */ event) => form.set({ head: Number(textOf(event)), cell: undefined })}
              >${numbers(heads, fields.head)}</select
            ></label
          >`
    }
    ${
      fields.kind === "weight"
        ? weightFields(form)
        : html`<label
            >${say("change.by")}
            <select @change=${(/** @type {Event} */ event) => form.set({ by: /** @type {any} */ (textOf(event)) })}
              >${["zero", "mean"].map((by) => html`<option value=${by} ?selected=${by === fields.by}>${say(`change.by.${by}`)}</option>`)}</select
            ></label
          >`
    }`;
}

/** @param {Form} form */
function weightFields({ say, fields, set }) {
  if (!fields.cell) return html`<p class="small">${say("change.cell.choose")}</p>`;
  return html`<label
      >${say("change.cell", { now: fields.cell.now.toFixed(3) })}
      <input
        type="number"
        min="0"
        max="1"
        step="0.05"
        .value=${String(fields.value)}
        @change=${(/** @type {Event} */ event) => set({ value: numberOf(event) })}
    /></label>
    <label
      ><input
        type="checkbox"
        .checked=${fields.keep}
        @change=${(/** @type {Event} */ event) => set({ keep: /** @type {HTMLInputElement} */ (event.target).checked })}
      />
      ${say("change.keep")}</label
    >`;
}

/** @param {Form} form */
function hookFields({ say, hooks, fields, set }) {
  const patch = fields.kind === "patch";
  const known = hooks.find(({ name }) => name === fields.hook);
  const axes = (known?.axes ?? []).filter((axis) => axis !== "batch");
  return html`<label class="wide"
      >${say("change.hook")}
      <select class="mono" @change=${(/** @type {Event} */ event) => set({ hook: textOf(event), places: {} })}
        >${hooks.map(({ name }) => html`<option value=${name} ?selected=${name === fields.hook}>${name}</option>`)}</select
      ></label
    >
    ${patch ? html`<div class="wide"><span>${say("change.text")}</span> <diorama-field .label=${say("change.text")} .value=${fields.text} .say=${say} @change=${(/** @type {any} */ { currentTarget }) => set({ text: currentTarget.value })}></diorama-field></div>` : nothing}
    ${axes.map((axis) => html`<label><span class="mono">${axis}</span> <input type="text" class="places" inputmode="numeric" placeholder=${say("change.everywhere")} .value=${fields.places[axis] ?? ""} @change=${(/** @type {Event} */ event) => set({ places: { ...fields.places, [axis]: textOf(event) } })} /></label>`)}
    ${
      patch
        ? nothing
        : html`<label
              >${say("change.how")}
              <select @change=${(/** @type {Event} */ event) => set({ how: /** @type {any} */ (textOf(event)) })}
                >${["set", "scale", "add"].map((how) => html`<option value=${how} ?selected=${how === fields.how}>${say(`change.how.${how}`)}</option>`)}</select
              ></label
            >
            <label
              >${say("change.value")}
              <input
                type="number"
                step="0.1"
                .value=${String(fields.value)}
                @change=${(/** @type {Event} */ event) => set({ value: numberOf(event) })}
            /></label>`
    }`;
}

/**
 * @param {number} count
 * @param {number} chosen
 */
function numbers(count, chosen) {
  return Array.from({ length: count }, (_, i) => html`<option value=${i} ?selected=${i === chosen}>${i + 1}</option>`);
}

/**
 * A change in words.
 * @param {Change} change
 * @param {{ say: Say, hooks: Hook[] }} model
 */
export function nameOf(change, { say, hooks }) {
  const by = (/** @type {string} */ how) => say(`change.by.${how}`);
  const places = (/** @type {Record<string, number[]>} */ at) =>
    Object.entries(at)
      .map(([axis, list]) => ` ${axis} ${list.join(",")}`)
      .join("");
  switch (change.do) {
    case "head":
      return say("change.name.head", {
        where: say(`change.site.${change.stack}.${change.part}`),
        layer: change.layer + 1,
        head: change.head + 1,
        by: by(change.by),
      });
    case "layer":
      return say("change.name.layer", {
        where: say(`change.stack.${change.stack}`),
        layer: change.layer + 1,
        part: say(`change.part.${change.part}`),
        by: by(change.by),
      });
    case "hook":
      return `${change.hook}${places(change.at)}: ${say(`change.how.${change.how}`)} ${change.value}`;
    case "patch":
      return say("change.name.patch", { hook: change.hook + places(change.at), text: change.text });
    case "weight": {
      const place = hooks.find(({ name }) => name === change.hook)?.place;
      if (place?.layer === undefined)
        return `${change.hook}${places({ head: [change.head], query_pos: [change.query], key_pos: [change.key] })}: ${change.value}`;
      return say("change.name.weight", {
        where: say(`change.site.${place.stack}.${place.part}`),
        layer: place.layer + 1,
        head: change.head + 1,
        query: change.query + 1,
        key: change.key + 1,
        value: change.value,
      });
    }
  }
}

/** @param {Event} event */
function textOf({ target }) {
  return /** @type {HTMLInputElement} */ (target).value;
}

/** @param {Event} event */
function numberOf(event) {
  const value = Number(textOf(event));
  return Number.isFinite(value) ? value : 0;
}
