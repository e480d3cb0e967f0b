// Writes the lessons into the site with their formulas as MathML: node xtask/lessons.js OUT. In a lesson, TeX stands between \( and \) within a line, between \[ and \] by itself.
// temml writes MathML, which browsers draw without fonts or scripts of ours.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import temml from "temml";

const [out] = process.argv.slice(2);
mkdirSync(join(out, "lessons"), { recursive: true });
for (const file of readdirSync("www/lessons").filter((name) => name.endsWith(".html"))) {
  const text = readFileSync(join("www/lessons", file), "utf8");
  writeFileSync(join(out, "lessons", file), withFormulas(text, file));
}

/**
 * @param {string} text
 * @param {string} file
 */
export function withFormulas(text, file) {
  return text.replace(/\\\((.+?)\\\)|\\\[([\s\S]+?)\\\]/g, (_, inline, alone) => {
    try {
      const math = temml.renderToString(unescape(inline ?? alone), { displayMode: alone !== undefined, throwOnError: true, annotate: false });
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
