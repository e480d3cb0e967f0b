// Each page of the site says for itself what a browser may do on it: run the site's files and WebAssembly, nothing written into the page, and ask no other host.
// One policy for all: the host of a reader's own model is asked by a worker (asker.js). The stories in the browsers fail on whatever is refused.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

const www = new URL("../../../www/", import.meta.url);
const pages = readdirSync(www).filter((name) => name.endsWith(".html"));
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self' data:; base-uri 'none'; form-action 'none'";

test("the site has its seven pages", () =>
  assert.deepEqual(pages, [
    "blocks.html",
    "compare.html",
    "course.html",
    "embed.html",
    "explore.html",
    "index.html",
    "train.html",
  ]));

for (const page of pages) {
  test(`${page} states its policy before it asks for any file`, () => {
    const text = readFileSync(new URL(page, www), "utf8");
    const [, policy] = text.match(/<meta http-equiv="Content-Security-Policy" content="([^"]+)"/) ?? [];
    assert.equal(policy, POLICY);
    assert.ok(text.indexOf(policy) < text.search(/<(script|link)\b/));
    assert.doesNotMatch(text, /<style|<script(?![^>]*\bsrc=)|\son[a-z]+=/);
  });
}
