// How many bytes the first load of the page takes: what the browser asks for until the model has come.

import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { open } from "../../tests/www/drive.js";

/** @typedef {{ part: string, raw: number, gzip: number }} Row   bytes */

/** In the order of the table. @type {[string, (file: string) => boolean][]} */
const PARTS = [
  ["model", (file) => file.startsWith("models/")],
  ["WebAssembly", (file) => file.endsWith(".wasm")],
  ["JavaScript", (file) => file.endsWith(".js")],
  ["CSS", (file) => file.endsWith(".css")],
  ["HTML, texts, icons", () => true],
];

/**
 * @param {string} dist
 * @returns {Promise<Row[]>}
 */
export async function firstLoad(dist) {
  const tab = await open("chromium", "", { root: dist });
  const deadline = Date.now() + 60_000;
  while (![".wasm", "model.safetensors"].every((end) => tab.served().some((file) => file.endsWith(end)))) {
    if (Date.now() > deadline)
      throw new Error(`the page has not loaded its model after a minute; it asked for ${tab.served().join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await tab.page.waitForNetworkIdle();
  const files = new Set(tab.served());
  await tab.close();
  const rows = PARTS.map(([part]) => ({ part, raw: 0, gzip: 0 }));
  for (const file of files) {
    const bytes = readFileSync(join(dist, file));
    const row = rows[PARTS.findIndex(([, matches]) => matches(file))];
    row.raw += bytes.length;
    row.gzip += gzipSync(bytes, { level: 9 }).length;
  }
  return rows;
}
