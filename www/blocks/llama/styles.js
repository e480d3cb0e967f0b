import { css } from "lit";

export const llamaStyles = css`
  .input {
    display: grid;
    gap: 4px;
    margin: 8px 0;
  }
  .room {
    min-height: 320px;
  }
  section {
    margin: 12px 0 20px;
  }
  .choice {
    margin-bottom: 8px;
  }
  .choice label {
    display: flex;
    gap: 6px;
    align-items: center;
  }
  .row input[type="range"] {
    flex: 0 1 260px;
    min-height: 24px;
    margin: 0;
  }
  output {
    font: var(--figures-small);
    font-variant-numeric: tabular-nums;
  }
  .dials {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 24px;
    align-items: center;
    margin: 12px 0;
  }
  figure {
    margin: 0;
    display: flex;
    gap: 12px;
    align-items: center;
  }
  figcaption {
    font: var(--small);
  }
  .rim {
    fill: var(--case);
    stroke: var(--hairline-strong);
  }
  .before {
    stroke: var(--hue);
    stroke-width: 1.5;
    stroke-dasharray: 3 3;
  }
  .after {
    stroke: var(--hue);
    stroke-width: 2.5;
  }
  .tip {
    fill: var(--hue);
  }
  .scores {
    font-variant-numeric: tabular-nums;
    min-width: 16ch;
  }
  .scores b {
    font-size: 22px;
  }
  .bars {
    display: grid;
    grid-template-columns: 108px minmax(0, 1fr) 64px;
    gap: 8px;
    align-items: center;
    margin: 6px 0;
  }
  .name,
  .most {
    font: var(--small);
    color: var(--ink-soft);
    font-variant-numeric: tabular-nums;
  }
  .cells {
    display: flex;
    align-items: center;
    height: 56px;
    background: linear-gradient(var(--hairline), var(--hairline)) center / 100% 1px no-repeat;
  }
  .cells i {
    flex: 1;
    height: calc(var(--share) * 28px);
    min-width: 0;
  }
  .cells .plus {
    background: var(--decoder);
    transform: translateY(-50%);
  }
  .cells .minus {
    background: var(--encoder);
    transform: translateY(50%);
  }
  .scroll {
    overflow-x: auto;
  }
  .widths {
    margin-top: 12px;
  }
  .caption {
    margin-top: 8px;
  }
  .wire {
    stroke: var(--hairline-strong);
    stroke-width: 1.5;
  }
  svg text {
    font: 12px/1 var(--sans);
    fill: var(--ink);
  }
  .q rect,
  .k rect,
  .v rect {
    fill: var(--case);
    stroke-width: 1.5;
  }
  .q rect {
    stroke: var(--query);
  }
  .k rect {
    stroke: var(--key);
  }
  .v rect {
    stroke: var(--value);
  }
  .own {
    font-weight: 650;
  }
  @media (max-width: 480px) {
    .bars {
      grid-template-columns: 1fr auto;
    }
    .cells {
      grid-column: 1 / -1;
      grid-row: 2;
    }
  }
`;
