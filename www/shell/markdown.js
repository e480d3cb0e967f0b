// The little Markdown that a model's card needs (headings, paragraphs, lists, tables, code), as templates: no text ever becomes HTML.

import { html } from "lit";

/**
 * @param {string} text
 * @returns {unknown[]}
 */
export function markdown(text) {
  return text
    .split(/\n{2,}/)
    .map((block) => block.trim())
    .filter(Boolean)
    .map(blockOf);
}

/** @param {string} block */
function blockOf(block) {
  const heading = block.match(/^(#{1,4}) (.*)$/);
  if (heading) return heading[1].length === 1 ? html`<h3>${inline(heading[2])}</h3>` : html`<h4>${inline(heading[2])}</h4>`;
  const lines = block.split("\n");
  if (lines.every((line) => line.startsWith("|"))) return table(lines);
  if (/^[-*] /.test(block)) {
    const items = block
      .split(/\n?^[-*] /m)
      .filter(Boolean)
      .map((item) => html`<li>${inline(item)}</li>`);
    return html`<ul
      >${items}</ul
    >`;
  }
  return html`<p>${inline(block)}</p>`;
}

/** @param {string[]} lines */
function table([head, , ...rows]) {
  const cells = (/** @type {string} */ line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  return html`<table>
    <thead><tr>${cells(head).map((cell) => html`<th scope="col">${inline(cell)}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${cells(row).map((cell) => html`<td>${inline(cell)}</td>`)}</tr>`)}</tbody>
  </table>`;
}

/** @param {string} text */
function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map((part) => {
    if (part.startsWith("`")) return html`<code>${part.slice(1, -1)}</code>`;
    if (part.startsWith("**")) return html`<strong>${part.slice(2, -2)}</strong>`;
    return part.replace(/^\[([^\]]+)\]\([^)]+\)$/, "$1");
  });
}
