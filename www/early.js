// The engine's worker begins to load before the page's own scripts are there: whoever opens the page wants to see it compute.

import { preferredLanguage, speak } from "./language.js";
import { startEarly } from "./site.js";

startEarly("worker.js");
// So do the reader's words, where the scripts do not bring them.
speak(new URLSearchParams(location.hash.slice(1)).get("lang") || preferredLanguage(navigator.languages));
