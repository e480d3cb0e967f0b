export type Page = import("puppeteer-core").Page;
export type Frame = import("puppeteer-core").Frame;
export declare const EXAMPLES: string;
/**
 * Opens a page of a folder that `prepare` fills, at another origin than the site's.
 * @param {import("../drive.js").BrowserName} browser
 * @param {(folder: string, site: string) => void} prepare
 * @param {string} path
 * @param {(page: Page, at: { site: string, elsewhere: string, served: () => string[] }) => Promise<void>} story
 */
export declare function visitElsewhere(browser: import("../drive.js").BrowserName, prepare: (folder: string, site: string) => void, path: string, story: (page: Page, at: {
    site: string;
    elsewhere: string;
    served: () => string[];
}) => Promise<void>): Promise<void>;
/**
 * An example with the site's address in it.
 * @param {string} name a folder of examples/
 * @param {string} folder
 * @param {string} site
 */
export declare function copyExample(name: string, folder: string, site: string): void;
/**
 * Waits until a block of this page or frame has drawn something that a model computed.
 * @param {Page | Frame} place
 * @param {number} [nth]
 */
export declare function drawn(place: Page | Frame, nth?: number): Promise<void>;
/**
 * @param {Page} page
 * @returns {Promise<Frame>} the frame with the block
 */
export declare function blockFrame(page: Page): Promise<Frame>;
