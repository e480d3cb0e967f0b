/**
 * @param {string[]} names folders of tests/goldens/models
 * @returns {{ root: string, remove: () => void }}
 */
export declare function siteWith(names: string[]): {
    root: string;
    remove: () => void;
};
