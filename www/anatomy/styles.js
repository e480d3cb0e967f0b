// How arithmetic is set, in the blocks that show it.

import { css } from "lit";

export const stepStyles = css`
  .steps {
    display: grid;
    gap: 14px;
    margin: 0;
    padding: 0;
    list-style: none;
    counter-reset: step;
  }
  .steps li {
    display: grid;
    grid-template-columns: 22px minmax(0, 1fr);
    gap: 2px 8px;
    border-top: 1px solid var(--hairline);
    padding-top: 10px;
    counter-increment: step;
  }
  .steps li::before {
    content: counter(step);
    font: var(--figures-small);
    color: var(--ink-faint);
    grid-row: span 2;
    padding-top: 2px;
  }
  .steps li > * {
    grid-column: 2;
  }
  h4 {
    font-size: 15px;
    font-weight: 650;
    display: flex;
    gap: 4px 16px;
    flex-wrap: wrap;
    align-items: center;
  }
  .pick {
    font-weight: 400;
  }
  .pick select {
    min-height: 26px;
    padding: 0 4px;
    font: var(--figures-small);
  }
  .sentence {
    font-size: 17px;
    margin-bottom: 12px;
  }
`;

export const diagramStyles = css`
  .stacks {
    display: grid;
    gap: 16px 56px;
    justify-content: start;
  }
  .stacks.two {
    grid-template-columns: repeat(2, max-content);
    column-gap: 44px;
    align-items: start;
  }
  .two .stack {
    width: 318px;
  }
  .stack {
    width: 330px;
    --hue: var(--encoder);
    --hue-ink: var(--encoder-ink);
  }
  .stack.decoder {
    --hue: var(--decoder);
    --hue-ink: var(--decoder-ink);
  }
  .stack > h2 {
    font-size: 16px;
    color: var(--hue-ink);
    margin-bottom: 4px;
  }
  .flow {
    display: grid;
    grid-template-columns: 22px minmax(0, 1fr);
  }
  .arrow {
    grid-column: 2;
    height: 24px;
    display: flex;
    align-items: center;
    padding-left: 20px;
    position: relative;
    font: var(--mono-small);
    font-size: 12px;
    color: var(--ink-soft);
    white-space: nowrap;
  }
  .arrow::before {
    content: "";
    position: absolute;
    left: 8px;
    top: 0;
    bottom: 0;
    width: 1px;
    background: var(--ink-ghost);
  }
  .arrow::after {
    content: "";
    position: absolute;
    left: 5px;
    bottom: 0;
    border: 3.5px solid transparent;
    border-top: 5px solid var(--ink-ghost);
    border-bottom: 0;
  }
  .part {
    grid-column: 2;
    display: flex;
    align-items: center;
    gap: 8px;
    width: 100%;
    min-height: 34px;
    padding: 2px 10px;
    text-align: left;
    border-color: color-mix(in oklab, var(--hue) 45%, var(--hairline-strong));
    background: color-mix(in oklab, var(--hue) 6%, var(--case));
    position: relative;
  }
  .part > * {
    white-space: nowrap;
  }
  .part > span:first-child {
    margin-right: auto;
  }
  .part:is(.attention) {
    background: color-mix(in oklab, var(--hue) 22%, var(--case));
  }
  .part.cross {
    --hue: var(--cross);
    background: color-mix(in oklab, var(--cross) 22%, var(--case));
  }
  .part.cross .memory {
    color: var(--cross-ink);
  }
  .two .part.cross {
    flex-wrap: wrap;
    gap: 0 8px;
  }
  .two .part.cross .memory {
    order: 1;
    flex-basis: 100%;
  }
  .two .part.cross::before {
    content: "";
    position: absolute;
    right: 100%;
    top: 50%;
    width: 40px;
    height: 1px;
    background: var(--cross);
  }
  .two .part.cross::after {
    content: "";
    position: absolute;
    right: 100%;
    top: calc(50% - 4px);
    border: 4.5px solid transparent;
    border-left: 7px solid var(--cross);
    border-right: 0;
  }
  .part.norm {
    min-height: 26px;
    background: none;
    border-style: solid;
    border-color: var(--hairline-strong);
  }
  .part.add {
    min-height: 24px;
    width: 24px;
    border-radius: 12px;
    padding: 0;
    justify-content: center;
    margin-left: -4px;
    border-color: var(--ink-ghost);
    background: var(--paper);
  }
  .part.add > span:first-child {
    margin: 0;
  }
  .part.add > small {
    display: none;
  }
  .part[aria-pressed="true"] small,
  .part[aria-pressed="true"] small.memory,
  .part[aria-pressed="true"] .tied {
    color: inherit;
  }
  .tied {
    color: var(--cross-ink);
  }
  .around {
    grid-column: 1;
    margin: 12px 0;
    margin-right: -12px;
    border: 1px solid var(--ink-ghost);
    border-right: 0;
    border-radius: 8px 0 0 8px;
    margin-left: 6px;
    z-index: 0;
    pointer-events: none;
  }
  .group {
    border-top: 1px solid var(--hairline-strong);
    border-bottom: 1px solid var(--hairline-strong);
    padding: 6px 0 0;
    margin: 2px 0;
  }
  .group-head {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 10px;
    align-items: center;
  }
  .numbers {
    display: inline-flex;
    gap: 2px;
    flex-wrap: wrap;
  }
  .numbers button {
    min-height: 24px;
    min-width: 24px;
    padding: 0 4px;
    font: var(--figures-small);
  }
  .layer h4 {
    padding-top: 6px;
    font: var(--small);
    font-weight: 650;
  }
  .leads {
    color: var(--cross-ink);
    font: var(--small);
    padding-left: 22px;
  }
  .sum-of {
    padding-top: 10px;
    max-width: 640px;
    font-variant-numeric: tabular-nums;
  }
  .weights {
    width: 100%;
  }
  .weights th:first-child {
    font: var(--mono-small);
    overflow-wrap: anywhere;
  }
  .weights td {
    white-space: nowrap;
  }
  .weights th small {
    display: block;
    color: var(--cross-ink);
    font: var(--small);
  }
  .weights tfoot :is(th, td) {
    border: 0;
    font: var(--figures-small);
    font-weight: 650;
  }
  .scroll {
    overflow-x: auto;
    scrollbar-width: thin;
  }
  .ops {
    list-style: none;
    margin: 0;
    padding: 0;
    border-top: 1px solid var(--hairline);
    counter-reset: op;
  }
  .ops > li {
    border-bottom: 1px solid var(--hairline);
  }
  .op {
    display: grid;
    grid-template-columns: 116px minmax(0, 1fr) max-content;
    gap: 12px;
    width: 100%;
    align-items: baseline;
    border: 0;
    background: none;
    border-radius: 4px;
    text-align: left;
    padding: 6px 4px;
    min-height: 36px;
  }
  .op:hover {
    background: var(--hairline);
  }
  .op b {
    font: var(--mono-small);
    font-weight: 700;
  }
  .op .mono {
    font: var(--mono-small);
    overflow-wrap: anywhere;
  }
  .op small {
    font: var(--mono-small);
    font-size: 12px;
  }
  .op[aria-expanded="true"] b {
    color: var(--ink);
  }
  .body {
    display: grid;
    gap: 10px;
    padding: 4px 4px 16px;
    min-width: 0;
  }
  .body .formula {
    overflow-x: auto;
    justify-self: start;
  }
  .body diorama-shader-view {
    height: 420px;
  }
  .mono-small {
    font: var(--mono-small);
    overflow-wrap: anywhere;
  }
  math {
    font-size: 18px;
  }
  @media (max-width: 900px) {
    .stacks.two {
      grid-template-columns: minmax(0, 1fr);
    }
    .stack,
    .two .stack {
      width: 100%;
      max-width: 420px;
    }
    .two .part.cross::before,
    .two .part.cross::after {
      display: none;
    }
    .op {
      grid-template-columns: 96px minmax(0, 1fr);
    }
    .op small {
      grid-column: 2;
    }
  }
`;
