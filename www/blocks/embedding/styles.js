import { css } from "lit";

export const embeddingStyles = css`
  .room {
    min-height: 250px;
  }
  .pictures {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 40px;
    align-items: center;
    margin: 8px 0;
    overflow-x: auto;
  }
  svg text {
    font: 13px/1 var(--sans);
    fill: var(--ink-soft);
  }
  .plain {
    fill: color-mix(in oklab, var(--ink) 30%, var(--paper));
  }
  .narrow {
    fill: var(--encoder);
  }
  .sum {
    font-variant-numeric: tabular-nums;
  }
  .sliders {
    display: grid;
    grid-template-columns: max-content minmax(80px, 360px) 8ch;
    gap: 4px 16px;
    align-items: center;
    margin: 8px 0;
  }
  .sliders input {
    width: 100%;
    min-height: 24px;
    margin: 0;
  }
  output {
    font: var(--figures-small);
    font-variant-numeric: tabular-nums;
  }
  .check {
    min-height: 28px;
    gap: 8px;
  }
  .scroll {
    overflow-x: auto;
    margin-top: 8px;
  }
  td,
  tbody th {
    vertical-align: top;
  }
  td {
    min-width: 16ch;
  }
  .caption {
    margin-top: 8px;
  }
`;
