// Measures training: natively, in Chromium with one worker and with two, and PyTorch's step on the same shapes, in one run.
//     node xtask/bench/training.js --dist dist --work target/bench-training --python python3

import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { open } from "../../tests/www/drive.js";

/** @typedef {import("./training_page.js").Timed} Timed */
/** `wanted`: how many times as fast as PyTorch's step ours should be. @typedef {{ name: string, batch: [number, number], config: object, wanted?: { native: number, tab: number } }} Shape */

const TIMED = 4000; // ms for each shape and number of workers

const { values } = parseArgs({
  options: {
    dist: { type: "string", default: "dist" },
    work: { type: "string", default: "target/bench-training" },
    python: { type: "string", default: "python3" },
  },
});

/** @type {Shape[]} */
const shapes = JSON.parse(readFileSync("benches/shapes.json", "utf8"));
const native = nativeSteps();
const torch = torchSteps(values.python);
const { steps, inductions } = await tabSteps();

const columns = [
  "fastest step, ms",
  "native",
  "tab, 1 worker",
  "tab, 2 workers",
  "PyTorch",
  "native : PyTorch",
  "tab : PyTorch",
  "2 workers : 1",
];
console.log(`\n${row(columns)}`);
for (const { name, wanted } of shapes) {
  const [one, two] = /** @type {[Timed, Timed]} */ (steps.get(name));
  const [ours, theirs] = [native.get(name) ?? NaN, torch.get(name) ?? NaN];
  const against = (/** @type {number} */ ms, /** @type {number | undefined} */ aim) =>
    Number.isNaN(theirs) ? "not measured" : `${(theirs / ms).toFixed(2)} ×${aim ? ` (aim ${aim})` : ""}`;
  const times = [ours, one.ms, two.ms].map((ms) => ms.toFixed(1));
  console.log(
    row([
      name,
      ...times,
      Number.isNaN(theirs) ? "–" : theirs.toFixed(1),
      against(ours, wanted?.native),
      against(one.ms, wanted?.tab),
      `${(two.tokensPerSecond / one.tokensPerSecond).toFixed(2)} ×`,
    ]),
  );
}
console.log("\nTokens a second in the tab, over all steps:");
for (const { name } of shapes)
  console.log(
    row([
      name,
      ...(steps.get(name) ?? []).map(({ tokensPerSecond, workers }) => `${Math.round(tokensPerSecond)} (${workers} workers)`),
    ]),
  );
for (const { seconds, losses, workers } of inductions)
  console.log(`Induction, 600 steps of 32 × 32, ${workers} workers: ${seconds.toFixed(1)} s, loss ${losses.at(-1)?.toFixed(2)}`);

/** Steps of benches/step.rs, with the time of each op. @returns {Map<string, number>} ms by shape */
function nativeSteps() {
  const ran = spawnSync("cargo", ["bench", "--bench", "step", "--", "--profile"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (ran.status !== 0) throw new Error(`cargo bench ended with ${ran.status}`);
  console.log(ran.stdout);
  return new Map([...ran.stdout.matchAll(/^(.+), \d+ × \d+: ([\d.]+) ms a step/gm)].map(([, name, ms]) => [name, Number(ms)]));
}

/** @param {string} python @returns {Map<string, number>} ms by shape; empty where there is no PyTorch */
function torchSteps(python) {
  const there = spawnSync(python, ["-c", "import torch, transformers"]);
  if (there.status !== 0) {
    console.log(
      `PyTorch's step was not measured: ${python} has no torch and transformers; give a Python that has them by --python.`,
    );
    return new Map();
  }
  const ran = spawnSync(python, ["xtask/bench/training.py", "benches/shapes.json"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (ran.status !== 0) throw new Error(`training.py ended with ${ran.status}`);
  return new Map(
    ran.stdout
      .trim()
      .split("\n")
      .map((line) => /** @type {{ name: string, ms: number }} */ (JSON.parse(line)))
      .map(({ name, ms }) => [name, ms]),
  );
}

/** @returns {Promise<{ steps: Map<string, Timed[]>, inductions: { seconds: number, losses: number[], workers: number }[] }>} */
async function tabSteps() {
  rmSync(values.work, { recursive: true, force: true });
  cpSync(values.dist, values.work, { recursive: true });
  cpSync("xtask/bench/training_page.js", join(values.work, "training_page.js"));
  writeFileSync(
    join(values.work, "training.html"),
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>training</title><script type="module" src="training_page.js"></script></html>',
  );
  const tab = await open("chromium", "training.html", { root: values.work, webgpu: false });
  await tab.page.waitForFunction("globalThis.steps");
  const ask = (/** @type {string} */ code) => /** @type {Promise<any>} */ (tab.page.evaluate(code));
  const steps = new Map();
  for (const shape of shapes) {
    const timed = [];
    for (const workers of [1, 2]) timed.push(await ask(`steps(${JSON.stringify(shape)}, ${workers}, ${TIMED})`));
    steps.set(shape.name, timed);
  }
  const inductions = [];
  for (const workers of [1, 2]) inductions.push(await ask(`induction(${workers})`));
  await tab.close();
  return { steps, inductions };
}

/** @param {string[]} cells */
function row([first, ...cells]) {
  return `  ${first.padEnd(24)}${cells.map((cell) => cell.padStart(20)).join("")}`;
}
