// Takes a picture of the built site, or of any address on this machine:
//     node tests/www/shot.js URL OUT.png [--browser chromium] [--width 1280] [--height 800] [--scale 1] [--theme dark] [--lang zh]
//                            [--wait SELECTOR] [--delay MS] [--full]
// URL is relative to dist/ ("" or "explore.html#…") or begins with http://127.0.0.1.

import { parseArgs } from "node:util";
import { open } from "./drive.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    browser: { type: "string", default: "chromium" },
    width: { type: "string", default: "1280" },
    height: { type: "string", default: "800" },
    scale: { type: "string", default: "1" },
    theme: { type: "string", default: "light" },
    lang: { type: "string", default: "en" },
    wait: { type: "string" },
    delay: { type: "string", default: "0" },
    full: { type: "boolean", default: false },
  },
});
const [url, out] = positionals;
if (out === undefined) throw new Error("usage: node tests/www/shot.js URL OUT.png [--browser chromium] [--width 1280] …");

const tab = await open(/** @type {import("./drive.js").BrowserName} */ (values.browser), url, {
  width: Number(values.width),
  height: Number(values.height),
  scale: Number(values.scale),
  theme: values.theme === "dark" ? "dark" : "light",
  lang: values.lang,
});
if (values.wait !== undefined) await tab.page.waitForSelector(values.wait);
await new Promise((resolve) => setTimeout(resolve, Number(values.delay)));
await tab.page.screenshot({ path: /** @type {`${string}.png`} */ (out), fullPage: values.full });
await tab.close();
