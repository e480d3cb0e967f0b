// The engine's module: fetched and compiled once for all hosts of a thread, or given by a thread that has it already.

import initWasm, { Engine, checkModel, describeTask, freshModel, plan } from "../wasm/diorama.js";
import { askSite, whole } from "../asset.js";
import { SITE } from "../site.js";
import { Trouble } from "../trouble.js";
import { engineFile } from "./relaxed.js";

export { Engine, describeTask, freshModel, plan };

const FILE = engineFile();

/** @type {Promise<WebAssembly.Module> | undefined} */
let started;

/**
 * Fetches and starts the module. What fails is tried again the next time.
 * @param {WebAssembly.Module} [given] compiled by another thread of the page
 * @returns {Promise<WebAssembly.Module>}
 */
export function startEngine(given) {
  started ??= start(given).catch((error) => {
    started = undefined;
    throw error;
  });
  return started;
}

/**
 * Refuses, by the engine's own rules, a model that cannot run, as far as its files have been read.
 * @param {string} config config.json
 * @param {string | undefined} generationConfig generation_config.json, where there is one
 * @param {import("../checkpoint/transfer.js").Part[]} parts
 */
export async function check(config, generationConfig, parts) {
  await startEngine();
  checkModel(
    config,
    generationConfig,
    parts.map(({ name }) => name),
    Float64Array.from(parts, ({ size }) => size),
    parts.map(({ head }) => head),
  );
}

/** @param {WebAssembly.Module} [given] */
async function start(given) {
  const module = given ?? (await fetchModule());
  try {
    await initWasm({ module_or_path: module });
  } catch (error) {
    // A module of another build than this script asks for other functions.
    throw error instanceof WebAssembly.LinkError ? new Trouble("trouble.site", { file: FILE }) : error;
  }
  return module;
}

async function fetchModule() {
  const response = await askSite(new URL(FILE, SITE), FILE);
  const watched = response.clone();
  const compiled = isWasm(response)
    ? WebAssembly.compileStreaming(response)
    : response.arrayBuffer().then((bytes) => WebAssembly.compile(bytes));
  const damaged = (/** @type {unknown} */ error) => {
    throw error instanceof WebAssembly.CompileError || error instanceof TypeError
      ? new Trouble("trouble.site", { file: FILE })
      : error;
  };
  // Compiling tells of no progress: a copy of the bytes does, and ends the wait where they stop.
  const [module] = await Promise.all([compiled.catch(damaged), whole(watched, FILE)]);
  return module;
}

/** @param {Response} response */
function isWasm({ headers }) {
  return /^application\/wasm\b/i.test(headers.get("content-type") ?? "");
}

export { hideSpans, maskTokens } from "../wasm/diorama.js";
