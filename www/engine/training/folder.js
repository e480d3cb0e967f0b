// A model's files as a folder on the disk would hold them.

/**
 * @param {import("../../checkpoint/files.js").ModelFiles} files the weights as one file
 * @returns {File[]}
 */
export function folderFiles({ config, generationConfig, tokenizer, tokenizerConfig, tokenizerBeside, weights }) {
  const json = (/** @type {string} */ name, /** @type {object | undefined} */ value) =>
    value ? [new File([`${JSON.stringify(value, null, 2)}\n`], name, { type: "application/json" })] : [];
  return [
    new File([config], "config.json", { type: "application/json" }),
    new File(/** @type {BlobPart[]} */ (weights), "model.safetensors"),
    ...(generationConfig ? [new File([generationConfig], "generation_config.json", { type: "application/json" })] : []),
    ...json("tokenizer.json", tokenizer),
    ...json("tokenizer_config.json", tokenizerConfig),
    ...json("special_tokens_map.json", tokenizerBeside?.special),
    ...json("added_tokens.json", tokenizerBeside?.added),
  ];
}
