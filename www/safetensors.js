// safetensors files: eight bytes with the length of a JSON table of contents (little-endian), the table, then the numbers.
// huggingface/safetensors, README, "Format".

/**
 * The f32 tensors of a file, by name.
 * @param {ArrayBuffer} file
 * @returns {Map<string, { shape: number[], data: Float32Array }>}
 */
export function readTensors(file) {
  const length = Number(new DataView(file).getBigUint64(0, true));
  const table = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  const tensors = new Map();
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(table)) {
    // A copy begins where its numbers want it.
    if (dtype === "F32") tensors.set(name, { shape, data: new Float32Array(file.slice(8 + length + from, 8 + length + to)) });
  }
  return tensors;
}
