import { css } from "lit";

export const scalingStyles = css`
  .tools {
    margin: 8px 0;
  }
  .tools label {
    display: flex;
    gap: 8px;
    align-items: center;
  }
  .formula {
    min-height: 44px;
    display: flex;
    flex-wrap: wrap;
    gap: 8px 24px;
    align-items: center;
    font-size: 18px;
  }
  .sliders {
    display: grid;
    grid-template-columns: max-content minmax(80px, 360px) max-content;
    gap: 8px 16px;
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
  .best {
    margin: 8px 0;
  }
  .best caption {
    text-align: left;
    font: var(--small);
    color: var(--ink-soft);
    padding-bottom: 4px;
  }
  .sum {
    margin: 8px 0;
    font-variant-numeric: tabular-nums;
  }
  .tenfold td {
    min-width: 96px;
  }
  .tenfold .bar {
    display: block;
    height: 6px;
    margin: 2px 0 4px auto;
    background: var(--ink-soft);
    border-radius: 2px;
  }
  .caption {
    margin-top: 8px;
  }
  @media (max-width: 480px) {
    .sliders {
      grid-template-columns: 1fr max-content;
    }
    .sliders input {
      grid-column: 1 / -1;
      grid-row: auto;
      order: 1;
    }
    .sliders {
      row-gap: 4px;
    }
  }
`;
