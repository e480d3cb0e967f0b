// The engine's worker begins to load before the page's own scripts are there: whoever opens the page wants to see it compute.

import { startEarly } from "./site.js";

startEarly("worker.js");
