import { css } from "lit";

export const interveneStyles = css`
  .two {
    display: grid;
    grid-template-columns: minmax(0, 5fr) minmax(0, 7fr);
    gap: 16px 40px;
    margin-top: 12px;
    align-items: start;
  }
  .stack {
    list-style: none;
    margin: 6px 0 14px;
    padding: 0;
  }
  .stack li {
    display: flex;
    gap: 8px;
    align-items: baseline;
    border-bottom: 1px solid var(--hairline);
    padding: 4px 0;
  }
  .stack label {
    flex: 1;
    min-width: 0;
    font: 15px/1.4 var(--sans);
    color: var(--ink);
    display: flex;
    gap: 8px;
    align-items: baseline;
    overflow-wrap: anywhere;
  }
  .stack .off span {
    color: var(--ink-faint);
    text-decoration: line-through;
  }
  .stack button {
    font-size: 18px;
    min-width: 28px;
    text-decoration: none;
  }
  .form {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 14px;
    align-items: end;
    margin-bottom: 10px;
  }
  .form label {
    display: grid;
    gap: 2px;
  }
  .form label:has(input[type="checkbox"]) {
    display: block;
    padding-bottom: 8px;
  }
  .form .wide {
    width: 100%;
  }
  .form .wide :is(select, input) {
    width: 100%;
  }
  .form select {
    padding-right: 4px;
    max-width: 100%;
  }
  .form select.mono {
    font: var(--mono-small);
  }
  .form .places {
    width: 108px;
  }
  .map {
    display: block;
    height: 240px;
    margin-bottom: 10px;
  }
  diorama-token-strip.places {
    min-height: 40px;
  }
  .watched {
    font-variant-numeric: tabular-nums;
    margin: 6px 0;
  }
  .watched small {
    margin-left: 10px;
  }
  .word {
    width: 140px;
  }
  .head {
    min-height: 32px;
  }
  .texts {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 4px 14px;
    margin: 12px 0 0;
  }
  .texts dt {
    font: var(--small);
    color: var(--ink-soft);
    padding-top: 3px;
  }
  .texts dd {
    margin: 0;
    font-size: 16px;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  .texts .prompt {
    color: var(--ink-faint);
  }
  .sweep {
    margin-top: 20px;
    border-top: 1px solid var(--hairline);
    padding-top: 14px;
  }
  .maps {
    display: flex;
    flex-wrap: wrap;
    gap: 12px 36px;
    margin: 10px 0;
  }
  figure {
    margin: 0;
    min-width: 0;
    max-width: 100%;
  }
  figcaption {
    margin-bottom: 4px;
  }
  details {
    margin-top: 14px;
  }
  summary {
    cursor: pointer;
    min-height: 24px;
  }
  pre {
    font: var(--mono-small);
    overflow-x: auto;
    border: 1px solid var(--hairline);
    border-radius: 6px;
    padding: 10px;
    background: var(--case);
    white-space: pre;
    max-height: 240px;
  }
  @media (max-width: 860px) {
    .two {
      grid-template-columns: minmax(0, 1fr);
    }
    .stack button {
      min-width: 40px;
    }
    .form :is(select, input:not([type="checkbox"])) {
      min-height: 40px;
    }
  }
`;
