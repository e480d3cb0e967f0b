import { css } from "lit";

export const feedbackStyles = css`
  .input {
    display: grid;
    gap: 4px;
    margin: 8px 0;
  }
  section {
    margin: 20px 0;
  }
  h3 {
    margin-bottom: 6px;
  }
  .scroll {
    overflow-x: auto;
    margin: 6px 0;
  }
  .samples {
    width: 100%;
  }
  .words {
    text-align: left;
    white-space: normal;
    min-width: 220px;
  }
  .samples :is(td, th) {
    vertical-align: top;
  }
  .amount {
    display: block;
    height: 4px;
    margin: 3px 0 2px auto;
    background: var(--ink-soft);
    border-radius: 2px;
  }
  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(220px, 1fr));
    gap: 12px;
    margin: 8px 0;
  }
  .pair button {
    text-align: left;
    padding: 8px 12px;
    line-height: 1.5;
    align-self: stretch;
  }
  .row input[type="range"] {
    flex: 0 1 280px;
    min-height: 24px;
    margin: 0;
  }
  .row label {
    min-width: 20ch;
  }
  #n {
    flex-basis: 200px;
  }
  label[for="n"] {
    min-width: 0;
  }
  output {
    font: var(--figures-small);
    font-variant-numeric: tabular-nums;
  }
  .best {
    margin: 8px 0;
    padding-left: 12px;
    border-left: 2px solid var(--hairline-strong);
  }
  .best small {
    display: block;
  }
  .sum {
    margin: 10px 0;
    font-variant-numeric: tabular-nums;
  }
  .caption {
    margin-top: 8px;
  }
  @media (max-width: 480px) {
    .words {
      min-width: 130px;
    }
    .samples :is(td, th) {
      padding-left: 8px;
    }
  }
`;
