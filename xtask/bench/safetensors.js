// Reads safetensors files: every tensor as f32.

/** @typedef {{ shape: number[], data: Float32Array }} Tensor */

/**
 * @param {Uint8Array} bytes   a whole file
 * @returns {Map<string, Tensor>}
 */
export function readSafetensors(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  const tensors = new Map();
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(header).filter(([name]) => name !== "__metadata__")) {
    const start = 8 + headerLength;
    // A copy begins where its element type wants it.
    tensors.set(name, { shape, data: toF32(dtype, new Uint8Array(bytes.subarray(start + from, start + to)).buffer) });
  }
  return tensors;
}

/**
 * @param {string} dtype
 * @param {ArrayBuffer} buffer
 */
function toF32(dtype, buffer) {
  if (dtype === "F32") return new Float32Array(buffer);
  const halves = new Uint16Array(buffer);
  // A bf16 number is the upper half of an f32.
  if (dtype === "BF16") return new Float32Array(Uint32Array.from(halves, (bits) => bits << 16).buffer);
  if (dtype === "F16") return Float32Array.from(halves, halfToFloat);
  throw new Error(`dtype ${dtype}: expected F32, F16 or BF16`);
}

/** @param {number} bits   of an IEEE 754 half */
function halfToFloat(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
