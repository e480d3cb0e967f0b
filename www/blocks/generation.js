// Generation, seen four ways, as one tool of the playground.

import { Branches } from "./branches.js";
import { Group } from "./group.js";

/** @type {import("./group.js").Part[]} */
const PARTS = [{ id: "branches", tag: "diorama-branches", element: Branches, kinds: ["decoder", "encoder-decoder"] }];

export class GenerationTool extends Group {
  static parts = PARTS;
  static words = "generation";
  static settings = Group.settingsOf(PARTS);
}

export { GenerationTool as element };
