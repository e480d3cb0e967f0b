// Generation, seen several ways, as one tool of the playground.

import { Beams } from "./beams.js";
import { Branches } from "./branches.js";
import { Cache } from "./cache.js";
import { Group } from "./group.js";
import { Iterated } from "./iterated.js";

/** @type {import("./group.js").Part[]} */
const PARTS = [
  { id: "branches", tag: "diorama-branches", element: Branches, kinds: ["decoder", "encoder-decoder"] },
  { id: "beams", tag: "diorama-beams", element: Beams, kinds: ["decoder", "encoder-decoder"] },
  { id: "cache", tag: "diorama-cache", element: Cache, kinds: ["decoder", "encoder-decoder"] },
  { id: "iterated", tag: "diorama-iterated", element: Iterated, kinds: ["decoder", "encoder"] },
];

export class GenerationTool extends Group {
  static parts = PARTS;
  static words = "generation";
  static settings = Group.settingsOf(PARTS);
}

export { GenerationTool as element };
