// Changing a model, and looking at what it would say half-way, as one tool of the playground.

import { Group } from "./group.js";
import { Intervene } from "./intervene.js";
import { Lens } from "./lens.js";

/** @type {import("./group.js").Part[]} */
const PARTS = [
  { id: "intervene", tag: "diorama-intervene", element: Intervene, kinds: ["encoder", "encoder-decoder", "decoder"] },
  { id: "lens", tag: "diorama-lens", element: Lens, kinds: ["encoder", "encoder-decoder", "decoder"] },
];

export class ChangeTool extends Group {
  static parts = PARTS;
  static words = "change";
  static settings = Group.settingsOf(PARTS);
}

export { ChangeTool as element };
