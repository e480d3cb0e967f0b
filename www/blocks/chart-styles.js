// How a chart looks: hairlines, one strong curve, names beside points.

import { css } from "lit";

export const chartStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  .frame {
    position: relative;
  }
  svg {
    display: block;
    overflow: visible;
    touch-action: pan-y;
    user-select: text;
  }
  text {
    font: 12px/1 var(--sans);
    fill: var(--ink-soft);
    font-variant-numeric: tabular-nums;
  }
  .title {
    fill: var(--ink);
    font-size: 13px;
  }
  .grid {
    stroke: var(--hairline);
  }
  .tick,
  .base {
    stroke: var(--hairline-strong);
  }
  .curve {
    fill: none;
    stroke: var(--hue, var(--ink-soft));
    stroke-width: 1.5;
  }
  .curve.strong {
    stroke: var(--hue, var(--ink));
    stroke-width: 2.5;
  }
  .curve.faint {
    stroke: var(--hue, var(--ink-ghost));
    stroke-width: 1;
  }
  .curve.dashed {
    stroke-dasharray: 5 4;
  }
  .reading {
    stroke: var(--ink-ghost);
    stroke-dasharray: 1 3;
  }
  .dot {
    fill: var(--case);
    stroke: var(--hue, var(--ink));
    stroke-width: 2.5;
  }
  .mark circle {
    fill: var(--hue, var(--ink));
    stroke: var(--paper);
  }
  .mark.many circle {
    stroke: none;
  }
  .mark.hollow circle {
    fill: var(--paper);
    stroke: var(--hue, var(--ink));
    stroke-width: 2;
  }
  .mark text {
    fill: var(--ink);
    paint-order: stroke;
    stroke: var(--paper);
    stroke-width: 3px;
  }
  .mark.near circle {
    stroke: var(--ink);
    stroke-width: 2;
  }
  .handle {
    position: absolute;
    left: 52px;
    right: 20px;
    width: calc(100% - 72px);
    bottom: 33px;
    height: 22px;
    margin: 0;
    opacity: 0;
    cursor: ew-resize;
  }
  .frame:has(.handle:focus-visible) {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }
  .near {
    margin: 0;
    min-height: 20px;
    font: var(--small);
    color: var(--ink-soft);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 18px;
    margin: 0 0 4px;
    padding: 0;
    list-style: none;
    font: var(--small);
    color: var(--ink-soft);
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  button.link {
    border: 0;
    min-height: 24px;
    background: none;
    padding: 0 2px;
    font: var(--small);
    color: var(--ink-soft);
    cursor: pointer;
    text-decoration: underline;
    text-decoration-color: var(--hairline-strong);
    text-underline-offset: 3px;
  }
  button.link[aria-pressed="true"] {
    color: var(--ink);
    text-decoration-color: currentColor;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }
  .scroll {
    overflow-x: auto;
    display: grid;
    gap: 16px;
    justify-content: start;
  }
  table {
    border-collapse: collapse;
    font: var(--figures-small);
    font-variant-numeric: tabular-nums;
    color: var(--ink);
  }
  :is(td, th) {
    text-align: right;
    padding: 3px 0 3px 16px;
    border-bottom: 1px solid var(--hairline);
    font-weight: 400;
    white-space: nowrap;
  }
  :is(td, th):first-child {
    text-align: left;
    padding-left: 0;
  }
  .words {
    text-align: left;
  }
`;
