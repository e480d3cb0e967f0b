// Bundles and minifies with esbuild: node xtask/bundle.js OUT PACKAGES FILE…; writes to PACKAGES the folder of each npm package that is in the bundles, one a line.
// Scripts become ES modules that share their common parts; style sheets are minified one by one. A page that lies in OUT already names all that its scripts import, so
// that the browser asks for it at once and not when it has read the script.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";

const [out, packages, ...files] = process.argv.slice(2);

/** Classic scripts: browsers run a page's where they refuse modules, and not all run a module as service worker. */
const CLASSIC = ["www/moved.js", "www/unstarted.js", "www/sw.js"];

const common = /** @type {const} */ ({
  outdir: out,
  outbase: "www",
  minify: true,
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
  allowOverwrite: true,
});

try {
  const { metafile } = await build({
    ...common,
    metafile: true,
    entryPoints: files.filter((file) => file.endsWith(".js") && !CLASSIC.includes(file)),
    bundle: true,
    splitting: true,
    format: "esm",
    // Shared code goes beside the entries: what `www/site.js` calls its own folder must be the same in both.
    chunkNames: "[name]-[hash]",
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, { imports }]) => [basename(path), imports]));
  for (const page of readdirSync(out).filter((file) => file.endsWith(".html"))) preload(join(out, page), outputs);
  await build({ ...common, entryPoints: files.filter((file) => CLASSIC.includes(file)), bundle: true, format: "iife" });
  const styles = await build({ ...common, metafile: true, entryPoints: files.filter((file) => file.endsWith(".css")) });
  const inputs = [metafile, styles.metafile].flatMap(({ inputs }) => Object.keys(inputs));
  // Of a package inside another one, the inner.
  const folders = inputs.flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []);
  writeFileSync(
    packages,
    [...new Set(folders)]
      .sort()
      .map((folder) => `${folder}\n`)
      .join(""),
  );
} catch {
  // esbuild has said what is wrong, and where.
  process.exitCode = 1;
}

/**
 * @param {string} page
 * @param {Map<string, { path: string, kind: string }[]>} outputs what each script imports
 */
function preload(page, outputs) {
  const text = readFileSync(page, "utf8");
  const scripts = [...text.matchAll(/<script type="module" src="([^"]+)"/g)].map(([, src]) => src);
  const needed = new Set(scripts);
  // A set hands out what is added to it while it is read.
  for (const script of needed)
    for (const { path, kind } of outputs.get(script) ?? []) if (kind === "import-statement") needed.add(basename(path));
  const links = [...needed]
    .filter((script) => !scripts.includes(script))
    .map((script) => `<link rel="modulepreload" href="${script}" />`);
  // After the scripts: these are wanted first.
  writeFileSync(
    page,
    text.replace(
      /^( *)<script type="module" .*\n(?![^]*<script type="module")/m,
      (found, indent) => found + links.map((link) => `${indent}${link}\n`).join(""),
    ),
  );
}
