#!/usr/bin/env node
// npx diorama-files FOLDER: copies what a bundler does not (models, the engine and its worker) to where your page is served from.

import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error("diorama-files: name the folder to copy to, such as public/diorama");
  process.exit(1);
}
cpSync(fileURLToPath(new URL("../../dist", import.meta.url)), folder, { recursive: true });
console.log(
  `Copied to ${folder}. In your page: import { setSite } from "diorama"; setSite("/…/") with the address under which it is served.`,
);
