// How the attention map is set.

import { css } from "lit";

export const LABELS = { width: 84, height: 66, least: 24, gap: 10, character: 7.5, wide: 14 };

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
  }
  .frame {
    flex: 1;
    min-height: 0;
    overflow: auto;
    scrollbar-width: thin;
    position: relative;
    border-radius: 4px;
  }
  .frame:focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }
  .grid {
    display: grid;
    --cell: 20px;
    grid-template-columns: max-content max-content;
    width: max-content;
  }
  .corner,
  .columns,
  .rows {
    background: var(--paper);
    z-index: 1;
  }
  .corner {
    position: sticky;
    top: 0;
    left: 0;
    z-index: 2;
    width: var(--labels);
  }
  .columns {
    position: sticky;
    top: 0;
    display: flex;
    height: ${LABELS.height}px;
  }
  .rows {
    position: sticky;
    left: 0;
    width: var(--labels);
  }
  .columns span,
  .rows span {
    font: var(--mono-small);
    color: var(--ink-soft);
    overflow: hidden;
    white-space: pre;
    text-overflow: ellipsis;
    display: block;
    unicode-bidi: isolate;
  }
  .columns span {
    width: var(--cell);
    height: 62px;
    line-height: var(--cell);
    writing-mode: vertical-rl;
    transform: rotate(180deg);
    text-align: left;
  }
  .columns .upright {
    writing-mode: horizontal-tb;
    transform: none;
    display: flex;
    flex-direction: column;
    justify-content: flex-end;
    padding: 0 calc((var(--cell) - 1em) / 2);
    box-sizing: border-box;
    line-height: 1.1;
    text-align: center;
    white-space: pre-wrap;
    word-break: break-all;
  } /* not every font can be set vertically */
  .rows span {
    height: var(--cell);
    line-height: var(--cell);
    padding-right: 6px;
    text-align: right;
  }
  .columns span[aria-current],
  .rows span[aria-current] {
    color: var(--ink);
    font-weight: 700;
  }
  .columns .special,
  .rows .special {
    font-variant-caps: all-small-caps;
    font-size: 15px;
    color: var(--ink-faint);
  }
  .bare .columns span,
  .bare .rows span {
    visibility: hidden;
  }
  .cells {
    position: relative;
  }
  canvas {
    display: block;
    image-rendering: pixelated;
  }
  .many {
    background: var(--hatch);
  }
  .many::after {
    content: "";
    position: absolute;
    inset: 0;
    pointer-events: none;
    background:
      linear-gradient(var(--paper) 1px, transparent 0) 0 -1px / var(--cell) var(--cell),
      linear-gradient(90deg, var(--paper) 1px, transparent 0) -1px 0 / var(--cell) var(--cell);
  }
  .bare .many::after {
    display: none;
  }
  .veil {
    position: absolute;
    left: 0;
    right: 0;
    height: var(--cell);
    background: var(--paper);
    transform-origin: right;
    animation: write 240ms ease-out forwards;
  }
  @keyframes write {
    from {
      transform: scaleX(1);
    }
    to {
      transform: scaleX(0);
    }
  }
  .mark {
    position: absolute;
    border: 2px solid var(--ink);
    border-radius: 3px;
    box-sizing: border-box;
    pointer-events: none;
  }
  .band {
    position: absolute;
    left: 0;
    right: 0;
    height: var(--cell);
    box-shadow: 0 0 0 1px var(--ink-soft);
    border-radius: 3px;
    pointer-events: none;
  }
  .band.column {
    top: 0;
    bottom: 0;
    right: auto;
    width: var(--cell);
    height: auto;
  }
  output {
    margin-right: var(--map-tools, 0);
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 24px;
    font: var(--figures-small);
    color: var(--ink-soft);
    white-space: nowrap;
    overflow: hidden;
  }
  output b {
    color: var(--ink);
    font: var(--mono-small);
    white-space: pre;
  }
  output strong {
    color: var(--ink);
    font-variant-numeric: tabular-nums;
  }
  .ramp {
    flex: 0 1 72px;
    min-width: 16px;
    height: 8px;
    border-radius: 2px;
    border: 1px solid var(--hairline);
    background: linear-gradient(in oklab to right, var(--ramp-0), var(--ramp-1));
  }
  .swatch {
    flex: none;
    width: 12px;
    height: 12px;
    border-radius: 2px;
    border: 1px solid var(--hairline);
    background: var(--hatch);
  }
  .empty {
    padding: 24px 8px;
    color: var(--ink-faint);
    font: var(--small);
    text-align: center;
  }
  :host([stale]) .frame {
    opacity: 0.5;
  }
  @media (prefers-reduced-motion: reduce) {
    .veil {
      display: none;
    }
  }
`;
