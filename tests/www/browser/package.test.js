// The npm package in a project that Vite puts together: types, manifest, and a block that computes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { PLAIN, RELAXED } from "../../../www/engine/relaxed.js";
import { browsers, visit } from "../story.js";
import { drawn } from "./elsewhere.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const project = mkdtempSync(join(tmpdir(), "diorama-vite-"));
const installed = join(project, "node_modules/diorama");

before(async () => {
  execFileSync("node", ["xtask/manifest.js", "target/package"], { cwd: ROOT });
  // The site is built already; its own scripts would build it again.
  const [{ filename }] = JSON.parse(
    execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project], { cwd: ROOT, encoding: "utf8" }),
  );
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(project, filename), "-C", installed, "--strip-components=1"]);
  execFileSync("node", [join(installed, "xtask/package/files.js"), join(project, "public/diorama")]);
  writeFileSync(
    join(project, "index.html"),
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Vite</title></head>
<body><diorama-heads text="The sun is warm." hide="share"></diorama-heads><script type="module" src="/main.js"></script></body></html>`,
  );
  writeFileSync(
    join(project, "main.js"),
    `import { loadModel, setSite } from "diorama";
setSite("./diorama/");
const model = await loadModel("./diorama/models/bert-tiny/", { device: "cpu" });
document.title = (await model.run({ text: "The sun is warm." })).logits.shape.join(" ");`,
  );
  await build({ root: project, base: "./", logLevel: "error", build: { target: "es2022" } });
});

after(() => rmSync(project, { recursive: true }));

test("the package has types and a manifest of its elements", () => {
  const manifest = JSON.parse(readFileSync(join(installed, "target/package/custom-elements.json"), "utf8"));
  const heads = manifest.modules
    .flatMap((/** @type {any} */ { declarations }) => declarations)
    .find((/** @type {any} */ { tagName }) => tagName === "diorama-heads");
  assert.ok(heads.attributes.some((/** @type {any} */ { name, type }) => name === "layer" && type.text === "number"));
  const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  assert.ok(existsSync(join(installed, exports["."].types)) && existsSync(join(installed, exports["."].default)));
  for (const engine of [PLAIN, RELAXED]) assert.ok(existsSync(join(installed, "dist", engine)), engine);
});

test("the package has the texts of all licences, and nothing that serves only its making", () => {
  for (const file of ["LICENSE-MIT", "LICENSE-APACHE", "dist/LICENSE-MIT", "dist/LICENSE-APACHE"])
    assert.ok(existsSync(join(installed, file)), file);
  assert.deepEqual(readdirSync(join(installed, "xtask/package")), ["files.js"]);
  const notices = readFileSync(join(installed, "dist/THIRD-PARTY.txt"), "utf8");
  const bundled = readFileSync(join(ROOT, "target/bundled-packages.txt"), "utf8").trim().split("\n");
  assert.ok(bundled.includes("node_modules/lit") && bundled.includes("node_modules/d3-scale"), String(bundled));
  for (const folder of bundled) {
    const { name, version } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
    // Once in the list, once over its text.
    assert.ok(notices.split(`${name} ${version} (npm)`).length > 2, name);
  }
  for (const text of [
    "Permission to use, copy, modify",
    "Redistribution and use in source and binary forms",
    "TERMS AND CONDITIONS FOR USE",
    "The Rust standard library",
  ])
    assert.ok(notices.includes(text), text);
  assert.match(notices, /wgpu [\d.]+ \(crate\)/);
});

for (const browser of browsers) {
  test(`${browser}: a page that Vite built runs a model, and a block draws`, () =>
    visit(
      browser,
      "index.html",
      async (page) => {
        await drawn(page);
        await page.waitForFunction(() => document.title === "1 7 2560");
      },
      { root: join(project, "dist") },
    ));
}
