export type BrowserName = "chromium" | "firefox";
export type OpenOptions = {
    /**
     * folder to serve; default: dist/
     */
    root?: string;
    /**
     * CSS pixels; default 1280
     */
    width?: number;
    /**
     * CSS pixels; default 800
     */
    height?: number;
    /**
     * device pixels per CSS pixel; default 1
     */
    scale?: number;
    /**
     * what the system prefers; default "light"
     */
    theme?: "light" | "dark";
    /**
     * the browser's language, such as "en" or "zh-CN"; default "en"
     */
    lang?: string;
    /**
     * false: the system asks for reduced motion; default true
     */
    motion?: boolean;
    /**
     * false: a browser without WebGPU, to test that case; default true
     */
    webgpu?: boolean;
    /**
     * true: the site may keep itself in the browser; default false, so that every test sees what the server has
     */
    offline?: boolean;
    /**
     * other hosts that the page may ask; default: none
     */
    hosts?: string[];
    /**
     * problems that the test provokes on purpose
     */
    expected?: RegExp[];
};
export type Tab = {
    page: import("puppeteer-core").Page;
    /**
     * address of the served folder, ending in "/"
     */
    base: string;
    /**
     * files of the site that the browser has asked for so far
     */
    served: () => string[];
    /**
     * the site's server is gone
     */
    stopServing: () => Promise<void>;
    /**
     * console errors, exceptions, failed requests and requests to other hosts so far
     */
    problems: () => string[];
    /**
     * closes the browser and the server; rejects if there were problems
     */
    close: () => Promise<void>;
};
/** @typedef {"chromium" | "firefox"} BrowserName */
/**
 * @typedef {object} OpenOptions
 * @property {string} [root]     folder to serve; default: dist/
 * @property {number} [width]    CSS pixels; default 1280
 * @property {number} [height]   CSS pixels; default 800
 * @property {number} [scale]    device pixels per CSS pixel; default 1
 * @property {"light" | "dark"} [theme]   what the system prefers; default "light"
 * @property {string} [lang]     the browser's language, such as "en" or "zh-CN"; default "en"
 * @property {boolean} [motion]  false: the system asks for reduced motion; default true
 * @property {boolean} [webgpu]  false: a browser without WebGPU, to test that case; default true
 * @property {boolean} [offline]   true: the site may keep itself in the browser; default false, so that every test sees what the server has
 * @property {string[]} [hosts]     other hosts that the page may ask; default: none
 * @property {RegExp[]} [expected]   problems that the test provokes on purpose
 */
/**
 * @typedef {object} Tab
 * @property {import("puppeteer-core").Page} page
 * @property {string} base          address of the served folder, ending in "/"
 * @property {() => string[]} served     files of the site that the browser has asked for so far
 * @property {() => Promise<void>} stopServing   the site's server is gone
 * @property {() => string[]} problems   console errors, exceptions, failed requests and requests to other hosts so far
 * @property {() => Promise<void>} close   closes the browser and the server; rejects if there were problems
 */
/** @type {BrowserName[]} */
export declare const browsers: BrowserName[];
/**
 * Opens `path` of the site. Rejects if the browser is missing or offers no WebGPU adapter.
 *
 * @param {BrowserName} browser
 * @param {string} [path]   relative to the site's folder, with query and hash, or a whole http://127.0.0.1 address
 * @param {OpenOptions} [options]
 * @returns {Promise<Tab>}
 */
export declare function open(browser: BrowserName, path?: string, options?: OpenOptions): Promise<Tab>;
/**
 * Opens `path`, runs `story` and closes everything, whatever happens. A problem on the page fails the story even where the story itself went well.
 *
 * @param {BrowserName} browser
 * @param {string} path
 * @param {(page: import("puppeteer-core").Page, tab: Tab) => Promise<void>} story
 * @param {OpenOptions} [options]
 */
export declare function visit(browser: BrowserName, path: string, story: (page: import("puppeteer-core").Page, tab: Tab) => Promise<void>, options?: OpenOptions): Promise<void>;
