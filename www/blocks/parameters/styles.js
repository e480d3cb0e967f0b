import { css } from "lit";

export const parametersStyles = css`
  .tools {
    margin: 8px 0;
  }
  .tools label {
    display: flex;
    gap: 8px;
    align-items: center;
  }
  output {
    font: var(--figures-small);
    font-variant-numeric: tabular-nums;
  }
  .fields {
    margin: 8px 0;
    font: var(--small);
  }
  summary {
    cursor: pointer;
    min-height: 24px;
    color: var(--ink-soft);
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(190px, 1fr));
    gap: 8px 16px;
    padding: 8px 0;
    align-items: end;
  }
  .grid label {
    display: grid;
    gap: 2px;
  }
  .grid .mono {
    font: var(--mono-small);
  }
  .grid .check {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 32px;
  }
  .room {
    min-height: 320px;
  }
  .bar {
    display: flex;
    gap: 1px;
    height: 28px;
    margin: 12px 0;
    border-radius: 3px;
    overflow: hidden;
  }
  .bar .part {
    flex-basis: 0;
    min-width: 0;
  }
  .part {
    background: var(--fill);
  }
  .swatch {
    display: inline-block;
    width: 12px;
    height: 12px;
    border-radius: 2px;
    margin-right: 8px;
    vertical-align: -1px;
  }
  .tokens {
    --fill: var(--ink);
  }
  .positions {
    --fill: color-mix(in oklab, var(--ink) 72%, var(--paper));
  }
  .segments {
    --fill: color-mix(in oklab, var(--ink) 58%, var(--paper));
  }
  .widening {
    --fill: color-mix(in oklab, var(--ink) 48%, var(--paper));
  }
  .query {
    --fill: var(--query);
  }
  .key {
    --fill: var(--key);
  }
  .value {
    --fill: var(--value);
  }
  .output {
    --fill: color-mix(in oklab, var(--ink) 62%, var(--paper));
  }
  .mlp {
    --fill: color-mix(in oklab, var(--ink) 26%, var(--paper));
  }
  .norms {
    --fill: var(--ink-faint);
  }
  .pooler {
    --fill: color-mix(in oklab, var(--ink) 40%, var(--paper));
  }
  .head {
    --fill: color-mix(in oklab, var(--ink) 14%, var(--paper));
  }
  .scroll {
    overflow-x: auto;
  }
  .budget {
    min-width: min(100%, 560px);
  }
  .budget :is(th, td:not(.formula)) {
    white-space: nowrap;
  }
  .formula {
    color: var(--ink-soft);
    min-width: 12ch;
  }
  tfoot th,
  tfoot td {
    border-bottom: 0;
  }
  .total {
    font-weight: 650;
  }
  .compare {
    margin: 12px 0;
    font-variant-numeric: tabular-nums;
  }
  .agrees {
    color: var(--cross-ink);
    font: var(--small);
    margin-left: 8px;
  }
  .cache .own {
    font-weight: 650;
  }
  .cache th small {
    font-weight: 400;
  }
  .amount {
    display: block;
    height: 4px;
    margin-top: 3px;
    background: var(--key);
    border-radius: 2px;
  }
  .caption {
    margin-top: 8px;
  }
  @media (max-width: 560px) {
    .cache .formula {
      display: none;
    }
  }
`;
