// What the blocks about writing share: the text with its prompt, number fields, the look of their bars.

import { css, html, nothing } from "lit";

export const writingStyles = css`
  .bar {
    margin: 12px 0;
    row-gap: 8px;
  }
  .bar .quiet,
  .bar .fields {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    align-items: center;
  }
  .bar .fields {
    margin-left: auto;
  }
  input[type="number"] {
    width: 84px;
    font-variant-numeric: tabular-nums;
  }
  .text {
    margin-top: 12px;
    font-size: 17px;
    min-height: 1.5em;
    max-width: 75ch;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .text .prompt {
    color: var(--ink-faint);
  }
  button.link:disabled {
    color: var(--ink-ghost);
    text-decoration: none;
  }
  h3 small {
    margin-left: 10px;
    font-variant-numeric: tabular-nums;
  }
  @media (max-width: 640px) {
    .bar .fields {
      margin-left: 0;
    }
    button:not(.link) {
      min-height: 40px;
    }
    button.link {
      min-height: 32px;
    }
  }
`;

/**
 * What was written, behind the text that it continues.
 * @param {string} prompt
 * @param {string} first the first token written
 * @param {string} text
 * @param {import("../../kinds.js").Kind} kind
 */
export function prompted(prompt, first, text, kind) {
  if (kind !== "decoder") return text;
  // The space between the two, which some tokenizers drop at the start of a text.
  const joint = first.startsWith("▁") && !text.startsWith(" ") ? " " : "";
  return html`<bdi class="prompt" translate="no">${prompt}</bdi>${text ? joint : nothing}${text}`;
}

/**
 * A number field's whole number, brought into its range.
 * @param {Event} event
 * @param {number} min
 * @param {number} max
 */
export function wholeOf({ target }, min, max) {
  const field = /** @type {HTMLInputElement} */ (target);
  const value = Math.min(max, Math.max(min, Math.round(Number(field.value)) || min));
  field.value = String(value);
  return value;
}

/**
 * A number with a minus sign that is as wide as a digit.
 * @param {number} number
 * @param {number} [digits]
 */
export function minus(number, digits = 2) {
  return number.toFixed(digits).replace("-", "−");
}
