// Bundles and minifies with esbuild: node xtask/bundle.js OUT FILE…
// Scripts become ES modules that share their common parts; style sheets are minified one by one.

import { build } from "esbuild";

const [out, ...files] = process.argv.slice(2);

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
  await build({
    ...common,
    entryPoints: files.filter((file) => file.endsWith(".js")),
    bundle: true,
    splitting: true,
    format: "esm",
    // Shared code goes beside the entries: `new URL("./wasm/…", import.meta.url)` must mean the same in both.
    chunkNames: "[name]-[hash]",
  });
  await build({ ...common, entryPoints: files.filter((file) => file.endsWith(".css")) });
} catch {
  // esbuild has said what is wrong, and where.
  process.exitCode = 1;
}
