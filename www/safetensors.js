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

/**
 * A file of these arrays, each under its name.
 * @param {import("./trace.js").Activation[]} activations
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function writeTensors(activations) {
  /** @type {Record<string, { dtype: "F32", shape: number[], data_offsets: [number, number] }>} */
  const table = {};
  let end = 0;
  for (const { name, shape, data } of activations) table[name] = { dtype: "F32", shape, data_offsets: [end, (end += data.byteLength)] };
  const text = JSON.stringify(table);
  // The numbers begin at a multiple of eight.
  const head = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const file = new Uint8Array(8 + head.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(head.length), true);
  file.set(head, 8);
  activations.forEach(({ name, data }) => file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + head.length + table[name].data_offsets[0]));
  return file;
}
