import { css } from "lit";

export const tokenizersStyles = css`
  .input {
    display: grid;
    gap: 4px;
    margin: 8px 0 16px;
  }
  .word {
    max-width: 32ch;
  }
  .room {
    min-height: 240px;
  }
  section {
    margin: 0 0 16px;
  }
  .lost {
    color: var(--danger);
    font: var(--small);
  }
  .scroll {
    overflow-x: auto;
  }
  th small {
    white-space: nowrap;
  }
  thead th {
    vertical-align: bottom;
    max-width: 13ch;
  }
  .amount {
    display: block;
    height: 4px;
    margin: 3px 0 2px auto;
    background: var(--ink-soft);
    border-radius: 2px;
  }
  output {
    font: var(--figures-small);
    font-variant-numeric: tabular-nums;
  }
  input[type="range"] {
    flex: 1 1 160px;
    max-width: 360px;
    min-height: 24px;
    margin: 0;
  }
  .steps {
    display: grid;
    gap: 10px;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .steps small {
    display: block;
    margin-top: 2px;
  }
`;
