// The house's rules, read off the sources: who imports whom, no third party at run time, no token text as HTML, names of elements and files.

import assert from "node:assert/strict";
import test from "node:test";
import { HUB } from "../../../www/checkpoint/hub.js";
import { sources } from "./sources.js";

const scripts = sources("www");
const views = scripts.filter(({ file }) => /^views\/[^/]+$/.test(file));

test("views import the data contract, the spelling of tokens and their view library only, beside styles of their own", () => {
  assert.ok(views.length >= 7);
  for (const { file, text } of views) {
    for (const name of importsOf(text))
      assert.ok(
        ["../trace.js", "../spelling.js", file.replace("views/", "./styles/")].includes(name) ||
          name === "lit" ||
          name.startsWith("lit/"),
        `${file} imports ${name}`,
      );
  }
});

test("the data contract imports nothing", () => {
  assert.deepEqual(importsOf(scripts.find(({ file }) => file === "trace.js")?.text ?? "missing"), []);
});

/** What a folder may import beside itself, of the folders. Their types are open to all. @type {Record<string, string[]>} */
const MAY_IMPORT = {
  text: [],
  checkpoint: [],
  anatomy: [],
  saving: [],
  engine: ["checkpoint", "text", "wasm"],
  reading: [],
  masking: ["engine", "reading"],
  views: [],
};

test("folders stand on those below them only", () => {
  let seen = 0;
  for (const { file, text } of scripts) {
    const [folder, ...rest] = file.split("/");
    if (rest.length === 0 || !(folder in MAY_IMPORT)) continue;
    for (const imported of importsOf(text).filter((name) => name.startsWith("../"))) {
      const [from, ...inner] = new URL(imported, `file:///${file}`).pathname.slice(1).split("/");
      if (inner.length === 0) continue;
      seen++;
      assert.ok(from === folder || MAY_IMPORT[folder].includes(from), `${file} may not import ${imported}`);
    }
  }
  assert.ok(seen > 0, "the reading of imports is broken");
});

test("one script knows the wasm module, and only the text's stages and the tests know the tokenizer library", () => {
  const knows = (/** @type {string} */ name) =>
    scripts.filter(({ text }) => importsOf(text).some((imported) => imported.includes(name))).map(({ file }) => file);
  assert.deepEqual(knows("wasm/"), ["engine/wasm.js"]);
  assert.deepEqual(
    knows("@huggingface/tokenizers"),
    ["decoders", "models", "normalizers", "splitters"].map((stage) => `text/${stage}.js`),
  );
  assert.deepEqual(knows("./tokenizer.js"), ["text/text.js"]);
});

test("no address of another host in the page, but for the hub that a reader may ask", () => {
  for (const folder of [".js", ".css", ".html", ".json", ".svg"]) {
    for (const { file, text } of sources("www", folder)) {
      const addresses = [...text.matchAll(/(?:https?:)?\/\/[a-z0-9-]+\.[a-z][\w./-]*/gi)]
        .map(([address]) => address)
        .filter((address) => !address.startsWith("http://www.w3.org/"));
      assert.deepEqual(addresses, file === "checkpoint/hub.js" ? [HUB] : [], file);
    }
  }
});

test("nothing is inserted as HTML or run as a script", () => {
  for (const { file, text } of scripts)
    assert.doesNotMatch(
      text,
      /innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|unsafeSVG|document\.write|\beval\(|new Function/,
      file,
    );
});

test("each view is registered under its file's name", () => {
  const gallery = scripts.find(({ file }) => file === "elements.js")?.text ?? "";
  for (const { file, text } of views) {
    const tag = file.slice("views/".length, -".js".length);
    const name = text.match(/export class (\w+) extends LitElement/)?.[1];
    assert.ok(name, `${file} exports one element`);
    assert.ok(gallery.includes(`"diorama-${tag}": ${name},`), `elements.js registers diorama-${tag} as ${name}`);
  }
});

test("events of views bubble, are composed and are named diorama-…", () => {
  for (const { file, text } of views) {
    for (const [, name, rest] of text.matchAll(/new CustomEvent\(\s*([^,]+),([^)]*)\)/g)) {
      assert.ok(name === "name" || name.startsWith('"diorama-'), `${file}: ${name}`);
      assert.match(rest, /bubbles: true,\s+composed: true/, file);
    }
  }
});

test("files stay readable: 400 lines at most", () => {
  for (const { file, text } of [...scripts, ...sources("tests/www")])
    assert.ok(text.split("\n").length <= 400, `${file} has ${text.split("\n").length} lines`);
});

/**
 * What a script imports, comments (and with them JSDoc's types) left out.
 * @param {string} text
 */
function importsOf(text) {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(/\bfrom\s+"([^"]+)"|\bimport\(\s*"([^"]+)"|^\s*import\s+"([^"]+)"/gm)].map(
    ([, from, dynamic, bare]) => from ?? dynamic ?? bare,
  );
}
