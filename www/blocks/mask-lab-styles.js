// How the mask lab is set.

import { css } from "lit";

export const maskLabStyles = css`
  :host {
    container-type: inline-size;
  }
  h2 {
    font-size: 16px;
  }
  .row {
    margin: 12px 0;
  }
  .choices {
    display: flex;
    gap: 4px;
    flex-wrap: wrap;
    align-items: center;
  }
  .choices button {
    font-size: 15px;
  }
  .choices .small {
    margin-right: 6px;
  }
  .chips button {
    min-height: 28px;
    min-width: 28px;
    padding: 0 8px;
    font: var(--figures-small);
  }
  .both {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    gap: 24px 40px;
    align-items: start;
  }
  .both > section {
    min-width: 0;
    display: grid;
    gap: 12px;
  }
  .sides {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    gap: 16px;
  }
  .sides section {
    min-width: 0;
    border-top: 2px solid var(--hairline-strong);
    padding-top: 6px;
  }
  .sides section + section {
    border-color: var(--ink);
  }
  .place {
    margin-top: 6px;
  }
  .written {
    font: var(--mono);
    min-height: 24px;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  .written .new {
    color: var(--decoder-ink);
    font-weight: 700;
  }
  input[type="number"] {
    width: 68px;
    margin-left: 6px;
  }
  .waiting {
    min-height: 320px;
  }
  .tools {
    display: flex;
    gap: 8px;
  }
  .key {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    font: var(--small);
    color: var(--ink-soft);
  }
  .key span::before {
    content: "";
    display: inline-block;
    width: 13px;
    height: 13px;
    margin-right: 6px;
    vertical-align: -2px;
    box-sizing: border-box;
    border: 1px solid var(--hairline);
    border-radius: 2px;
  }
  .key .yes::before {
    background: color-mix(in oklab, var(--key) 62%, var(--case));
  }
  .key .no::before {
    background: var(--hatch) var(--case);
  }
  .key .other::before {
    border: 1.5px solid var(--ink);
  }
  @container (max-width: 760px) {
    .both {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  @container (max-width: 420px) {
    .sides {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
