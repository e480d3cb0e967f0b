export type Tensor = {
    shape: number[];
    data: number[];
};
/**
 * @param {string} name such as "t5-v1_0-relu"
 * @returns {Map<string, Tensor>}
 */
export declare function golden(name: string): Map<string, Tensor>;
/**
 * The files of the golden's checkpoint, as base64 for the way into a page.
 * @param {string} name
 * @returns {{ name: string, content: string }[]}
 */
export declare function checkpoint(name: string): {
    name: string;
    content: string;
}[];
