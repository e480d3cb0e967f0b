// Owns the wasm module, so that the page never freezes, and the engines of one model or of several.

import { Host, startEngine } from "./engine/host.js";
import { serve } from "./engine/serve.js";

// Whoever starts a worker will need its engine: the module is on its way before the first request. Should it fail, the request will say so.
startEngine().catch(() => {});
serve(() => new Host());
