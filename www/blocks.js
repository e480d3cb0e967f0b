// The page of the blocks: what there is for other people's pages, and how it gets there.

import { registerElements } from "./elements.js";
import { keepOffline } from "./offline.js";
import "./shell/colophon.js";
import "./shell/masthead.js";
import "./showcase/showcase.js";

registerElements();
keepOffline();
