// What the npm package has beside the site: node xtask/manifest.js OUT writes OUT/custom-elements.json (the Custom Elements Manifest that editors read), from the blocks
// themselves and the comments above them, and OUT/types from the scripts' JSDoc.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { COMMON, attributeOf } from "../www/blocks/settings.js";

const [out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });

// Inside the project, so that the bundle finds its libraries.
const folder = mkdtempSync(join("node_modules", ".manifest-"));
try {
  await build({
    entryPoints: ["www/blocks/gallery.js"],
    bundle: true,
    splitting: true,
    format: "esm",
    outdir: folder,
    platform: "node",
    packages: "external",
    logLevel: "error",
  });
  // Blocks ask the page for these when they are loaded; here there is no page.
  const listening = { addEventListener() {}, removeEventListener() {} };
  Object.assign(globalThis, { ...listening, matchMedia: () => ({ matches: false, ...listening }) });
  const { BLOCKS } = await import(pathToFileURL(join(folder, "gallery.js")).href);
  const gallery = readFileSync("www/blocks/gallery.js", "utf8");
  const modules = await Promise.all(
    Object.entries(BLOCKS).map(async ([tag, load]) => moduleOf(tag, (await load()).element, fileOf(gallery, tag))),
  );
  const manifest = { schemaVersion: "2.1.0", readme: "README.md", modules };
  writeFileSync(join(out, "custom-elements.json"), `${JSON.stringify(manifest, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

execFileSync("npx", ["tsc", "--project", "xtask/package/tsconfig.json", "--outDir", join(out, "types")], { stdio: "inherit" });

/**
 * @param {string} gallery
 * @param {string} tag
 */
function fileOf(gallery, tag) {
  return `www/blocks/${gallery.match(new RegExp(`"${tag}": \\(\\) => import\\("\\./([^"]+)"\\)`))?.[1]}`;
}

/**
 * @param {string} tag
 * @param {typeof import("../www/blocks/block.js").Block} element
 * @param {string} file
 */
function moduleOf(tag, element, file) {
  const description = (readFileSync(file, "utf8").match(/^(?:\/\/.*\n)+/)?.[0] ?? "")
    .replace(/^\/\/ ?/gm, "")
    .replaceAll("\n", " ")
    .trim();
  const attributes = Object.entries({ ...COMMON, ...element.settings }).map(([name, value]) => ({
    name: attributeOf(name),
    fieldName: name,
    type: { text: typeof value },
    default: JSON.stringify(value),
  }));
  const events = [
    {
      name: "diorama-settings",
      type: { text: "CustomEvent<{ settings: object }>" },
      description: "The reader changed something: the settings that differ from the defaults.",
    },
  ];
  return {
    kind: "javascript-module",
    path: "dist/diorama.js",
    declarations: [
      {
        kind: "class",
        customElement: true,
        name: element.name,
        tagName: tag,
        description,
        attributes,
        events,
        superclass: { name: "LitElement", package: "lit" },
      },
    ],
    exports: [{ kind: "custom-element-definition", name: tag, declaration: { name: element.name, module: "dist/diorama.js" } }],
  };
}
