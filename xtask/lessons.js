// Writes the lessons into the site with their formulas as MathML, and the guide to embedding: node xtask/lessons.js OUT. In a lesson, TeX stands between \( and \) within a line,
// between \[ and \] by itself. temml writes MathML, which browsers draw without fonts or scripts of ours.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import MarkdownIt from "markdown-it";
import temml from "temml";

const [out] = process.argv.slice(2);
mkdirSync(join(out, "lessons"), { recursive: true });
for (const file of readdirSync("www/lessons").filter((name) => name.endsWith(".html"))) {
  const text = readFileSync(join("www/lessons", file), "utf8");
  writeFileSync(join(out, "lessons", file), withFormulas(text, file));
}

mkdirSync(join(out, "guides"), { recursive: true });
for (const [file, language] of [
  ["embedding.md", "en"],
  ["embedding.zh.md", "zh"],
]) {
  writeFileSync(join(out, "guides", `embedding.${language}.html`), guide(readFileSync(join("docs", file), "utf8")));
}

/**
 * A part of a page: its headings are one level down, what may be wider than a phone scrolls, and `{site}` stands where the page puts its own address.
 * @param {string} markdown
 */
function guide(markdown) {
  return new MarkdownIt()
    .render(markdown.replaceAll("https://diorama.example/", "{site}"))
    .replace(/(<\/?h)(\d)/g, (_, tag, level) => `${tag}${Number(level) + 1}`)
    .replaceAll("<pre>", '<pre tabindex="0">')
    .replaceAll("<table>", '<div class="scroll" tabindex="0"><table>')
    .replaceAll("</table>", "</table></div>");
}

/**
 * @param {string} text
 * @param {string} file
 */
export function withFormulas(text, file) {
  return text.replace(/\\\((.+?)\\\)|\\\[([\s\S]+?)\\\]/g, (_, inline, alone) => {
    try {
      const math = temml.renderToString(unescape(inline ?? alone), {
        displayMode: alone !== undefined,
        throwOnError: true,
        annotate: false,
      });
      return alone === undefined ? math : `<div class="formula" tabindex="0">${math}</div>`;
    } catch (error) {
      throw new Error(`www/lessons/${file}: ${inline ?? alone}: ${error.message}`);
    }
  });
}

/**
 * TeX within HTML writes <, > and & as HTML does.
 * @param {string} tex
 */
function unescape(tex) {
  return tex.trim().replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
