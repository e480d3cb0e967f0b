// How a family's panel looks: on a wide page the three stand beside each other, on a narrow one they are pages to swipe.

import { css } from "lit";

export const faceStyles = css`
  .face {
    display: flex;
    flex-direction: column;
    gap: 6px;
    min-width: 0;
    padding: 4px 20px 4px;
  }
  .face + .face {
    border-left: 1px solid var(--hairline);
  }
  .face:first-child {
    padding-left: 0;
  }
  .face:last-child {
    padding-right: 0;
  }
  .face header {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 32px;
  }
  .face h2 {
    color: var(--face-ink);
    font-size: 17px;
    white-space: nowrap;
    margin-right: auto;
  }
  .face h3 small {
    font: var(--small);
  }
  .face h3 {
    white-space: nowrap;
    display: flex;
    align-items: baseline;
    gap: 8px;
    font-size: 15px;
  }
  .face h3 diorama-save {
    margin-left: auto;
  }
  .face h3 > small {
    white-space: nowrap;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .face select {
    min-height: 28px;
    padding: 0 6px;
    max-width: 170px;
    font: var(--small);
    color: var(--ink);
  }
  .face select.mono {
    font: var(--mono-small);
  }
  .waiting {
    min-height: 480px;
    padding: 24px 0;
  }
  .inner {
    flex: 1;
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    grid-template-rows: max-content minmax(0, 1fr);
    gap: 4px 18px;
    min-height: 316px;
  }
  /* The map has the whole height, since it is what grows with the text: what a model is built of and its masks stand beside it. */
  .sketch {
    --tallest: 138px;
    display: grid;
    gap: 4px;
    align-content: start;
    color: inherit;
    text-decoration: none;
    border-radius: 6px;
  }
  .sketch:hover small {
    color: var(--ink);
    text-decoration: underline;
  }
  .masks {
    grid-area: 2 / 1;
    display: flex;
    gap: 8px 12px;
    min-width: 0;
    align-self: start;
  }
  .attention .caption {
    line-height: 1.3;
  }
  figure {
    margin: 0;
    min-width: 64px;
  }
  figure.wide {
    width: 124px;
    --small: 13px/1.3 var(--sans);
    --figures-small: 13px/1.2 var(--sans);
  }
  figure.wide diorama-mask-grid {
    grid-template-columns: minmax(0, 1fr);
    grid-template-rows: max-content 66px;
    gap: 4px;
    height: auto;
  }
  figure:not(.wide) diorama-mask-grid {
    width: 92px;
    overflow: hidden;
    zoom: 0.7;
  }
  figcaption .link {
    padding: 0;
  }
  .attention diorama-save {
    position: absolute;
    right: 0;
    bottom: 0;
  }
  .attention {
    grid-area: 1 / 2 / 3 / 3;
    position: relative;
    --map-tools: 48px;
    display: flex;
    flex-direction: column;
    min-height: 230px;
    min-width: 0;
  }
  .attention.encoder h3 {
    color: var(--encoder-ink);
  }
  .attention.decoder h3 {
    color: var(--decoder-ink);
  }
  .attention.cross h3 {
    color: var(--cross-ink);
  }
  diorama-attention-map {
    flex: 1 1 172px;
    height: 0;
    min-height: 172px;
  }
  .answer {
    height: 126px;
    overflow-y: auto;
    scrollbar-width: thin;
    display: grid;
    gap: 2px;
    align-content: start;
    border-top: 1px solid var(--hairline);
    padding-top: 6px;
  }
  .written {
    font-size: 19px;
    line-height: 1.45;
  }
  .written.long {
    font-size: 16px;
    max-height: 96px;
    overflow: auto;
    scrollbar-width: thin;
    white-space: pre-wrap;
  }
  .written mark {
    background: none;
    color: inherit;
    border-bottom: 2px solid var(--decoder);
  }
  .places {
    display: flex;
    gap: 20px;
    overflow-x: auto;
    scrollbar-width: thin;
  }
  .places > * {
    flex: 1 0 220px;
  }
  @container (max-width: 1180px) {
    .face {
      gap: 12px;
    }
    diorama-attention-map {
      flex: none;
      height: 300px;
    }
    .answer {
      height: auto;
      min-height: 120px;
    }
    .waiting {
      min-height: 640px;
    }
  }
  @container (max-width: 560px) {
    .face header {
      flex-wrap: wrap;
    }
    .inner {
      grid-template-rows: max-content max-content;
    }
    .sketch {
      --tallest: 190px;
    }
    .attention {
      grid-area: 2 / 1 / 3 / 3;
    }
    .masks {
      grid-area: 1 / 2;
      flex-direction: column;
    }
    figure {
      width: auto;
      display: flex;
      gap: 10px;
      align-items: center;
    }
    figure:not(.wide) diorama-mask-grid {
      height: 92px;
      flex: none;
    }
  }
`;
