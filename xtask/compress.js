// Writes FILE.br and FILE.gz beside the files of a built site that become smaller by it: node xtask/compress.js OUT. Hosts that are told to (nginx: gzip_static and brotli_static; Caddy:
// precompressed; Apache: MultiViews) send them to browsers that can read them; a host that compresses by itself needs none.

import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Weights hardly become smaller, and are asked for in parts, which a packed file has not. */
const KINDS = new Set([".html", ".js", ".css", ".json", ".svg", ".txt", ".wasm", ".wgsl", ".md"]);

/** What is shorter fits into one packet as it is. // bytes */
const LEAST = 1400;

const [out] = process.argv.slice(2);
for (const name of readdirSync(out, { recursive: true, encoding: "utf8" })) {
  const file = join(out, name);
  if (!KINDS.has(extname(name)) || !statSync(file).isFile()) continue;
  const bytes = readFileSync(file);
  if (bytes.length < LEAST) continue;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, quality));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}
