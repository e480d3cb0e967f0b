// The page of the three families: its head, its block, and the link between the block's settings and the address.

import { define } from "./diorama.js";
import "./shell/colophon.js";
import "./shell/masthead.js";
import { bind } from "./shell/address.js";

const block = /** @type {import("./blocks/block.js").Block} */ (document.querySelector("diorama-compare"));
const masthead = /** @type {import("./shell/masthead.js").Masthead} */ (document.querySelector("diorama-masthead"));
// Only a defined element knows its settings.
define(block.localName).then(() => (masthead.trail = bind(block)));
