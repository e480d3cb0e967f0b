// What a caller may name as a model, as what the loader reads: an address, or files.

/**
 * @param {string | URL | File | Iterable<File>} source
 * @returns {import("./folder.js").ModelSource}
 */
export function modelSource(source) {
  if (typeof source === "string" || source instanceof URL) return { url: new URL(source, document.baseURI).href };
  const files = source instanceof File ? [source] : [...source];
  if (files.length === 0)
    throw new Error(
      "No files were given: a model is a folder with config.json, model.safetensors and, for text, tokenizer.json.",
    );
  return { files };
}
