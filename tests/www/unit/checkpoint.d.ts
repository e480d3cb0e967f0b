export type Tensor = {
    dtype: string;
    shape: number[];
};
/** @param {Record<string, Tensor>} tensors */
export declare function safetensors(tensors: Record<string, Tensor>): Uint8Array<ArrayBuffer>;
/** @param {Record<string, string | Uint8Array>} contents */
export declare function chosen(contents: Record<string, string | Uint8Array>): {
    files: File[];
};
