// What all blocks look like: the page's colours and type, its buttons, links, fields and captions.

import { css, unsafeCSS } from "lit";
import theme from "../theme.css" with { type: "text" };

export const blockStyles = css`
  ${unsafeCSS(theme)}
  :host {
    display: block;
    font: 16px/1.5 var(--sans);
    color: var(--ink);
    background: var(--paper);
    min-width: 0;
  }
  :host(:lang(zh)) {
    line-height: 1.7;
    font-style: normal;
  }
  * {
    box-sizing: border-box;
  }
  h2,
  h3,
  h4,
  p {
    margin: 0;
  }
  h2 {
    font-size: 19px;
    font-weight: 650;
  }
  h3 {
    font-size: 16px;
    font-weight: 650;
  }
  .soft {
    color: var(--ink-soft);
  }
  .mono {
    font: var(--mono);
  }
  small,
  .small {
    font: var(--small);
    color: var(--ink-soft);
    font-weight: 400;
  }
  .caption {
    font: var(--small);
    color: var(--ink-soft);
    max-width: 75ch;
  }
  .error {
    color: var(--danger);
    font: 15px/1.45 var(--sans);
  }
  button,
  select,
  input,
  textarea {
    font: inherit;
    color: inherit;
  }
  button {
    border: 1px solid var(--hairline-strong);
    border-radius: 6px;
    background: var(--case);
    cursor: pointer;
    min-height: 32px;
    padding: 0 12px;
  }
  button:hover:enabled {
    border-color: var(--ink-soft);
  }
  button:disabled {
    color: var(--ink-ghost);
    cursor: default;
  }
  button.primary {
    background: var(--ink);
    border-color: var(--ink);
    color: var(--paper);
  }
  button.primary:disabled {
    opacity: 0.4;
  }
  button[aria-pressed="true"]:not(.link) {
    background: var(--ink);
    border-color: var(--ink);
    color: var(--paper);
  }
  button.link {
    border: 0;
    min-height: 24px;
    background: none;
    padding: 0 2px;
    font: var(--small);
    color: var(--ink-soft);
    text-decoration: underline;
    text-decoration-color: var(--hairline-strong);
    text-underline-offset: 3px;
  }
  button.link:hover:enabled,
  button.link[aria-pressed="true"] {
    color: var(--ink);
    text-decoration-color: currentColor;
  }
  input:is([type="text"], [type="number"]),
  select,
  textarea {
    border: 1px solid var(--hairline-strong);
    border-radius: 6px;
    background: var(--case);
    padding: 4px 10px;
    min-height: 32px;
    min-width: 0;
  }
  input[type="range"],
  input[type="checkbox"],
  input[type="radio"] {
    accent-color: var(--ink-soft);
  }
  diorama-field {
    display: block;
    min-width: 0;
  }
  diorama-field textarea {
    display: block;
    width: 100%;
    max-height: 10em;
    overflow-y: auto;
    scrollbar-width: thin;
    resize: none;
    line-height: 1.45;
  }
  label,
  .input > span,
  .wide > span {
    font: var(--small);
    color: var(--ink-soft);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 16px;
    align-items: center;
  }
  table {
    border-collapse: collapse;
    font: var(--figures-small);
    font-variant-numeric: tabular-nums;
  }
  :is(td, th) {
    text-align: right;
    padding: 3px 0 3px 16px;
    border-bottom: 1px solid var(--hairline);
    font-weight: 400;
  }
  :is(td, th):first-child {
    text-align: left;
    padding-left: 0;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }
  .stale {
    opacity: 0.5;
  }
  .foot {
    display: flex;
    gap: 12px;
    align-items: center;
    min-height: 24px;
    margin-top: 8px;
  }
  .share {
    display: grid;
    grid-template-columns: minmax(0, 1fr) max-content;
    gap: 8px 12px;
    align-items: end;
    padding: 8px 0;
  }
  .share label span {
    display: block;
  }
  .share textarea {
    width: 100%;
    font: var(--mono-small);
    resize: vertical;
    display: block;
  }
  .progress {
    position: relative;
    height: 1px;
    background: var(--top-rule, var(--hairline));
  }
  .progress.active::before {
    content: "";
    position: absolute;
    top: -0.5px;
    left: 0;
    height: 2px;
    width: calc(var(--done, 0.25) * 100%);
    background: var(--ink-soft);
    transition: width 160ms;
  }
  .progress small {
    position: absolute;
    top: 3px;
    right: 0;
    z-index: 1;
    padding: 0 4px;
    background: var(--paper);
    color: var(--ink-soft);
  }
  @media print {
    .foot,
    .share {
      display: none;
    }
    h2,
    h3 {
      break-after: avoid;
    }
    tr,
    li,
    figure,
    diorama-attention-map {
      break-inside: avoid;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;
