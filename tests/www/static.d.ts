export type Site = {
    /**
     * address of the folder, ending in "/"
     */
    base: string;
    /**
     * files that were asked for and sent, relative to the folder
     */
    served: string[];
    /**
     * one line for each request that failed or was meant for another host
     */
    problems: string[];
    close: () => Promise<void>;
};
/**
 * @typedef {object} Site
 * @property {string} base      address of the folder, ending in "/"
 * @property {string[]} served   files that were asked for and sent, relative to the folder
 * @property {string[]} problems   one line for each request that failed or was meant for another host
 * @property {() => Promise<void>} close
 */
/**
 * @param {string} root        folder to serve
 * @param {string} [subPath]   where to put it, starting and ending in "/"
 * @param {string[]} [hosts]   other hosts that the page may ask
 * @returns {Promise<Site>}
 */
export declare function serveStatic(root: string, subPath?: string, hosts?: string[]): Promise<Site>;
