// How the block on corruption is set.

import { css } from "lit";

export const corruptionStyles = css`
  :host {
    container-type: inline-size;
  }
  .bar {
    margin: 24px 0 16px;
    justify-content: space-between;
  }
  .choices {
    display: flex;
    gap: 4px;
    flex-wrap: wrap;
  }
  .choices button {
    font-size: 15px;
  }
  .knobs {
    margin: 0 0 12px;
    min-height: 32px;
  }
  .knobs label {
    display: flex;
    gap: 8px;
    align-items: center;
  }
  .knobs input[type="number"] {
    width: 84px;
  }
  .knobs b {
    font: var(--figures-small);
    color: var(--ink);
    min-width: 40px;
  }
  .lead {
    max-width: 75ch;
    margin-bottom: 12px;
  }
  .counts {
    margin: 16px 0 0;
  }
  .key {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 20px;
    margin: 12px 0 0;
    font: var(--small);
    color: var(--ink-soft);
  }
  .key span::before {
    content: "";
    display: inline-block;
    width: 14px;
    height: 12px;
    margin-right: 6px;
    vertical-align: -1px;
    border-radius: 3px;
    border: 1.5px solid var(--key, var(--hairline-strong));
    box-sizing: border-box;
  }
  .key .masked::before {
    border-style: dashed;
  }
  .key .kept::before {
    border: 3px double var(--key);
  }
  .key .truth::before {
    background: var(--key-solid);
    border-color: var(--key-solid);
  }
  .key .random::before {
    border-bottom-width: 3px;
  }
  dl {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 6px 16px;
    margin: 16px 0 0;
  }
  dt {
    font: var(--small);
    color: var(--ink-soft);
  }
  dd {
    margin: 0;
    font: var(--mono);
    overflow-wrap: anywhere;
  }
  .grids {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    gap: 24px;
  }
  h2 {
    font-size: 16px;
    margin-bottom: 8px;
  }
  diorama-coverage-chart {
    margin-top: 16px;
  }
  .steps {
    display: flex;
    gap: 8px;
    align-items: center;
    flex-wrap: wrap;
    margin-bottom: 12px;
  }
  .steps input {
    flex: 1 1 160px;
    max-width: 360px;
    height: 32px;
  }
  .waiting {
    min-height: 240px;
  }
  @container (max-width: 640px) {
    .grids {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
