/**
 * @param {string} folder from the repository's root
 * @param {string} [ending]
 * @returns {{ file: string, text: string }[]} `file` from that folder, with forward slashes
 */
export declare function sources(folder: string, ending?: string): {
    file: string;
    text: string;
}[];
