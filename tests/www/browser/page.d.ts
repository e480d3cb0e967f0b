export type Page = import("puppeteer-core").Page;
/**
 * Waits until the page has finished a text. An error on the page ends the wait.
 * @param {Page} page
 */
export declare function finished(page: Page): Promise<void>;
/**
 * The ids of a strip's tiles.
 * @param {Page} page
 * @param {"source" | "output"} part
 */
export declare function tileIds(page: Page, part: "source" | "output"): Promise<number[]>;
/**
 * How many rows and columns a map's canvas and labels have.
 * @param {Page} page
 * @param {"encoder" | "cross" | "decoder"} stack
 */
export declare function mapSize(page: Page, stack: "encoder" | "cross" | "decoder"): Promise<{
    rows: number;
    columns: number;
}>;
/**
 * Replaces the input's text by typing.
 * @param {Page} page
 * @param {string} text
 */
export declare function type(page: Page, text: string): Promise<void>;
/**
 * Presses one of the buttons beside the input.
 * @param {Page} page
 * @param {1 | 2 | 3} place Run, Step, Back
 */
export declare function press(page: Page, place: 1 | 2 | 3): Promise<void>;
/**
 * Waits until the output strip has so many tiles and nothing is being computed.
 * @param {Page} page
 * @param {number} count
 */
export declare function tilesAre(page: Page, count: number): Promise<void>;
/**
 * Greedy ids straight from the module, on a device of its own.
 * @param {Page} page
 * @param {"cpu" | "webgpu"} device
 * @param {string} text
 */
export declare function greedyIds(page: Page, device: "cpu" | "webgpu", text: string): Promise<{
    ids: any[];
    device: any;
}>;
