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
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(table)) {
    // A copy begins where its numbers want it.
    if (dtype === "F32") tensors.set(name, { shape, data: new Float32Array(file.slice(8 + length + from, 8 + length + to)) });
  }
  return tensors;
}

/**
 * A file of f32 tensors.
 * @param {Iterable<{ name: string, shape: number[], data: ArrayLike<number> }>} tensors
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function writeTensors(tensors) {
  const list = [...tensors];
  let at = 0;
  /** @type {Map<string, object>} */
  const table = new Map();
  for (const { name, shape, data } of list) {
    if (table.has(name)) throw new Error(`safetensors: two tensors are called "${name}"`);
    table.set(name, { dtype: "F32", shape, data_offsets: [at, at + data.length * 4] });
    at += data.length * 4;
  }
  // Spaces behind the table bring the numbers to a multiple of eight bytes, as the format asks.
  const text = JSON.stringify(Object.fromEntries(table));
  const bytes = new TextEncoder().encode(text);
  const length = Math.ceil(bytes.length / 8) * 8;
  const file = new Uint8Array(8 + length + at).fill(0x20, 8, 8 + length);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(length), true);
  file.set(bytes, 8);
  let offset = 8 + length;
  for (const { data } of list) for (let i = 0; i < data.length; i++, offset += 4) view.setFloat32(offset, data[i], true);
  return file;
}
