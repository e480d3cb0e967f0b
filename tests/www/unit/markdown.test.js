import assert from "node:assert/strict";
import test from "node:test";
import { markdown } from "../../../www/shell/markdown.js";

/**
 * A template's text with its values put in place, as the page would show it.
 * @param {any} value
 * @returns {string}
 */
function flat(value) {
  if (Array.isArray(value)) return value.map(flat).join("");
  if (value?.strings)
    return value.strings
      .reduce(
        (/** @type {string} */ text, /** @type {string} */ part, /** @type {number} */ i) =>
          text + flat(value.values[i - 1]) + part,
      )
      .replace(/\s+/g, " ")
      .replaceAll(" >", ">");
  return String(value ?? "");
}

test("headings, paragraphs, lists and tables", () => {
  assert.equal(
    flat(markdown("# Name\n\nTwo\nlines.\n\n## Part\n\n- one\n- two")),
    "<h3>Name</h3><p>Two lines.</p><h4>Part</h4><ul><li>one</li><li>two</li></ul>",
  );
  assert.equal(
    flat(markdown("| a | b |\n|---|---|\n| 1 | 2 |")).replaceAll("> <", "><"),
    '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>',
  );
});

test("code, emphasis, and links by their words alone", () => {
  assert.equal(
    flat(markdown("Use `run` **now**, see [the card](http://127.0.0.1/card).")),
    "<p>Use <code>run</code> <strong>now</strong>, see the card.</p>",
  );
});

test("markup in the text stays text: it is a value, never part of a template", () => {
  const [paragraph] = /** @type {any[]} */ (markdown("<script>alert(1)</script>"));
  assert.deepEqual([...paragraph.strings], ["<p>", "</p>"]);
  assert.deepEqual(paragraph.values.flat(), ["<script>alert(1)</script>"]);
});
