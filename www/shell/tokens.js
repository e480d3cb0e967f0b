// The text as tokens. An encoder-decoder's are the source; a decoder writes on in the same row; an encoder's can be masked by hand.

import { html, nothing } from "lit";
import { NO_EDITS, toggled } from "../reading/edits.js";
import { outputHeadOf } from "../reading/reader.js";
import { chooseToken, litRow, mainStack, patternOf } from "./choice.js";

/** @typedef {import("../explore.js").App} App */
/** @typedef {{ tokens: import("../trace.js").Piece[], marks?: string[], selected: number | undefined }} Row */

/** @param {App} app */
export function tokens(app) {
  const { say, state, reading, kind } = app;
  const { tokens, marks, selected } = rowOf(app);
  const title = say(kind === "encoder-decoder" ? "source.title" : "tokens.title");
  return html`<section class="source" aria-label=${title}>
    <h2>${title}<small>${say("source.count", { n: tokens.length })}</small></h2>
    <diorama-token-strip
      style=${kind === "encoder-decoder" ? "" : `--mark:var(--${kind});--light:var(--${kind})`}
      .label=${title}
      .tokens=${tokens}
      .marks=${marks}
      .weights=${weightsOf(app)}
      .faint=${reading.prefixLength}
      .padded=${reading.padded}
      .ids=${state.ids}
      .selected=${selected}
      .cursor=${kind === "decoder" && !app.player.finished}
      .editable=${masks(app)}
      .say=${say}
      @diorama-token-hover=${(/** @type {CustomEvent} */ event) => hover(app, event.detail.position)}
      @diorama-token-edit=${(/** @type {CustomEvent} */ event) => toggle(app, event.detail.position)}
      @diorama-token-select=${(/** @type {CustomEvent} */ event) => select(app, event.detail.position)}
    ></diorama-token-strip>
    <div class="source-controls">
      ${masks(app) ? masking(app) : nothing}
      <label class="check"
        ><input type="checkbox" .checked=${state.ids} @change=${() => app.set({ ids: !state.ids })} />${say("source.ids")}</label
      >
      ${
        kind === "decoder"
          ? nothing
          : html`<label class="stepper"
              >${say("source.pad")}<input
                type="number"
                min="0"
                max="8"
                .value=${String(state.pad)}
                @change=${(/** @type {Event} */ event) => changePadding(app, Number(/** @type {HTMLInputElement} */ (event.target).value))}
            /></label>`
      }
    </div>
  </section>`;
}

/**
 * @param {App} app
 * @returns {Row}
 */
function rowOf({ kind, player, reader, pinned, selected }) {
  if (kind === "encoder") return { tokens: reader.source, marks: reader.marks, selected: pinned };
  if (kind === "encoder-decoder" || player.stale) return { tokens: player.source, selected: pinned };
  const { length } = player.source;
  const marks = [...player.source.map(() => ""), ...player.steps.map(() => "written")];
  return { tokens: [...player.source, ...player.steps], marks, selected: selected === undefined ? pinned : length + selected };
}

/**
 * What stands under the tiles: for a model that judges each token, its judgement; else what the lit token attends to.
 * @param {App} app
 */
function weightsOf(app) {
  const { kind, model, reader } = app;
  if (kind === "encoder" && model && outputHeadOf(model.info) === "tokens") return judgements(reader);
  const position = litRow(app);
  const matrix = position === undefined ? undefined : patternOf(app, mainStack(app));
  if (!matrix || position === undefined || position >= matrix.rows) return undefined;
  const seen = kind === "decoder" ? position + 1 : matrix.columns;
  return matrix.data.subarray(position * matrix.columns, position * matrix.columns + seen);
}

/**
 * How probable it is that each token was replaced; padding is not judged.
 * @param {import("../reading/reader.js").Reader} reader
 */
function judgements({ trace, stale, traced, padded }) {
  return stale ? undefined : trace?.logits.data.subarray(0, traced.length - padded).map((logit) => 1 / (1 + Math.exp(-logit)));
}

/**
 * Whether the reader can mask tokens here.
 * @param {App} app
 */
function masks({ model }) {
  return model?.info.kind === "encoder" && model.info.mask !== null && outputHeadOf(model.info) === "words";
}

/**
 * The gestures of the tiles as buttons, for those who have neither keyboard nor mouse.
 * @param {App} app
 */
function masking(app) {
  const { say, reader, pinned } = app;
  return html`${reader.edits.size > 0 ? html`<button type="button" class="link" @click=${() => app.set({ edits: NO_EDITS })}>${say("mask.undo")}</button>` : nothing}
    <button
      type="button"
      class="link"
      ?disabled=${pinned === undefined || !reader.maskable(pinned)}
      @click=${() => toggle(app, pinned)}
      >${say("mask.token")}</button
    >`;
}

/**
 * @param {App} app
 * @param {number | undefined} position
 */
function toggle(app, position) {
  const { reader, model } = app;
  if (position === undefined || model?.info.mask == null || !reader.maskable(position)) return;
  app.set({ edits: toggled(reader.edits, position, model.info.mask, reader.plain[position].id) });
}

/**
 * @param {App} app
 * @param {number | undefined} position
 */
function hover(app, position) {
  app.hover = position === undefined ? undefined : { side: "source", position };
}

/**
 * A token of the input stays lit; one that was written shows its candidates.
 * @param {App} app
 * @param {number} position
 */
function select(app, position) {
  const written = app.kind === "decoder" ? position - app.player.source.length : -1;
  if (written >= 0) chooseToken(app, "written", written);
  else chooseToken(app, "source", position);
}

/**
 * @param {App} app
 * @param {number} pad
 */
function changePadding(app, pad) {
  app.set({ pad: Math.min(8, Math.max(0, Math.round(pad) || 0)) });
  app.attempt(() => app.run());
}
