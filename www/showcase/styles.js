// A quiet list: a hairline between entries, what a block shows on the left, what can be done with it on the right.

import { css } from "lit";

export const showcaseStyles = css`
  :host {
    display: block;
    width: 100%;
    max-width: 1040px;
    margin: 0 auto;
    padding-bottom: 48px;
  }
  header {
    padding: 24px 0 8px;
    display: grid;
    gap: 8px;
    justify-items: start;
  }
  h1 {
    margin: 0;
    font-size: 32px;
    line-height: 1.25;
    font-weight: 650;
  }
  .lead {
    font-size: 19px;
    color: var(--ink-soft);
    max-width: 62ch;
  }
  header .link {
    font: 16px/1.5 var(--sans);
  }
  section > h2 {
    margin: 32px 0 8px;
    font-size: 22px;
    line-height: 1.35;
  }
  ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) max-content;
    gap: 4px 24px;
    align-items: center;
    padding: 12px 0;
    border-top: 1px solid var(--hairline);
  }
  ul > li:last-child {
    border-bottom: 1px solid var(--hairline);
  }
  .about p {
    color: var(--ink-soft);
    max-width: 66ch;
  }
  .do {
    display: flex;
    gap: 4px 16px;
    align-items: center;
  }
  .do > * {
    min-height: 32px;
    font: 15px/1.3 var(--sans);
    white-space: nowrap;
  }
  .do a,
  .do button.link {
    font: 15px/32px var(--sans);
    color: var(--ink-soft);
    text-underline-offset: 3px;
    text-decoration: underline;
    text-decoration-color: var(--hairline-strong);
  }
  .do a:hover {
    color: var(--ink);
    text-decoration-color: currentColor;
  }
  .code,
  .block {
    grid-column: 1 / -1;
    min-width: 0;
  }
  .block {
    padding: 12px 0;
  }
  .code .small {
    padding: 8px 0 4px;
  }
  .scroll {
    overflow-x: auto;
  }
  .code td {
    text-align: left;
    font: var(--mono-small);
    overflow-wrap: anywhere;
  }
  .code tbody th {
    font: var(--mono-small);
    vertical-align: top;
  }
  .code thead th {
    color: var(--ink-soft);
    text-align: left;
  }

  .guide {
    border-top: 1px solid var(--hairline-strong);
    margin-top: 48px;
    padding-top: 8px;
    scroll-margin-top: 8px;
    line-height: 1.65;
  }
  .guide > :is(p, h2, h3, ul) {
    max-width: 68ch;
  }
  .guide > h2 {
    font-size: 26px;
    margin: 24px 0 8px;
  }
  .guide > h3 {
    font-size: 19px;
    margin: 28px 0 8px;
  }
  .guide > p {
    margin: 0 0 12px;
  }
  .guide code {
    font: 0.88em/1.45 var(--code);
    overflow-wrap: break-word;
  }
  .guide pre {
    margin: 0 0 12px;
    padding: 12px 16px;
    overflow-x: auto;
    background: var(--case);
    border: 1px solid var(--hairline);
    border-radius: 6px;
    line-height: 1.3;
  }
  .guide pre code {
    font: var(--mono-small);
    line-height: 1.6;
    overflow-wrap: normal;
  }
  .guide table {
    font: 15px/1.5 var(--sans);
    margin: 0 0 16px;
    max-width: 100%;
  }
  .guide :is(td, th) {
    text-align: left;
    vertical-align: top;
    padding: 5px 24px 5px 0;
  }
  .guide thead th {
    font: var(--small);
    color: var(--ink-soft);
  }

  @media (max-width: 720px) {
    li {
      grid-template-columns: minmax(0, 1fr);
    }
    .do {
      flex-wrap: wrap;
    }
    .do > *,
    .do a,
    .do button.link {
      min-height: 40px;
      line-height: 40px;
    }
    .do button:not(.link) {
      line-height: 1.3;
    }
    h1 {
      font-size: 27px;
    }
    .lead {
      font-size: 17px;
    }
  }
`;
