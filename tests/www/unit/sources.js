// The page's scripts as text, for tests that read the house's rules off them.

import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * @param {string} folder from the repository's root
 * @param {string} [ending]
 * @returns {{ file: string, text: string }[]} `file` from that folder, with forward slashes
 */
export function sources(folder, ending = ".js") {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => ({ file: relative(join(ROOT, folder), path).replaceAll("\\", "/"), text: readFileSync(path, "utf8") }))
    .filter(({ file }) => !file.startsWith("wasm/") && !file.startsWith("models/"));
}
