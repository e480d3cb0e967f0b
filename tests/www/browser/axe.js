// What axe-core finds wrong with a page.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * @param {import("puppeteer-core").Page} page
 * @returns {Promise<string[]>} a line for each kind of violation
 */
export async function violations(page) {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.map(
      (/** @type {any} */ found) =>
        `${found.id}: ${found.nodes.map((/** @type {any} */ node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join(" | ")}`,
    );
  });
}
