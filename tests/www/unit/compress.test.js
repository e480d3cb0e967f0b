// What a host may send in place of a file: the same bytes, packed, beside it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

test("files that become smaller have a brotli and a gzip form beside them, with the same bytes; weights have none", () => {
  const site = mkdtempSync(join(tmpdir(), "diorama-packed-"));
  try {
    mkdirSync(join(site, "wasm"));
    const text = "const answer = 42;\n".repeat(500);
    for (const name of ["page.js", "wasm/engine.wasm", "model.safetensors"]) writeFileSync(join(site, name), text);
    writeFileSync(join(site, "short.css"), "p {}");
    execFileSync("node", [fileURLToPath(new URL("../../../xtask/compress.js", import.meta.url)), site]);
    const names = readdirSync(site, { recursive: true, encoding: "utf8" }).filter((name) => /\.(br|gz)$/.test(name));
    assert.deepEqual(names.sort(), ["page.js.br", "page.js.gz", "wasm/engine.wasm.br", "wasm/engine.wasm.gz"]);
    for (const name of names) {
      const bytes = readFileSync(join(site, name));
      assert.ok(bytes.length < text.length / 4, name);
      assert.equal(String(name.endsWith(".br") ? brotliDecompressSync(bytes) : gunzipSync(bytes)), text, name);
    }
  } finally {
    rmSync(site, { recursive: true });
  }
});
