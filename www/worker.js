// Owns the wasm module, so that the page never freezes, and the engines of one model or of several.

import { Host } from "./engine/host.js";
import { serve } from "./engine/serve.js";
import { startEngine } from "./engine/wasm.js";
import { GIVEN } from "./site.js";

// Whoever starts a worker will need its engine: the module is on its way before the first request. Should it fail, the request will say so.
if (self.name !== GIVEN) startEngine().catch(() => {});
else self.addEventListener("message", ({ data: { module } }) => module && startEngine(module).catch(() => {}));
serve(() => new Host());
