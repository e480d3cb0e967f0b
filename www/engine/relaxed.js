// The engine's module comes in two binaries with the same functions: one for every browser, and one for those that have relaxed SIMD, where the product and the sum of a
// matrix multiplication are one instruction.

export const PLAIN = "wasm/diorama_bg.wasm";
export const RELAXED = "wasm/diorama_relaxed_bg.wasm";

/** A module that only a browser with relaxed SIMD accepts. It has one function of a vector, which gives f32x4.relaxed_madd(x, x, x). */
export const PROBE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // "\0asm", version 1
  ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x7b, 0x01, 0x7b], // section of types, 6 bytes: one, a function of one v128 that gives one v128
  ...[0x03, 0x02, 0x01, 0x00], // section of functions, 2 bytes: one, of type 0
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00], // section of code, 13 bytes: one function of 11 bytes, without local variables
  ...[0x20, 0x00, 0x20, 0x00, 0x20, 0x00], // local.get 0, three times
  ...[0xfd, 0x85, 0x02, 0x0b], // f32x4.relaxed_madd (0x105 behind the prefix of SIMD), end
);

/**
 * The binary for this browser.
 * @param {(bytes: Uint8Array<ArrayBuffer>) => boolean} [validate]
 */
export function engineFile(validate = (bytes) => WebAssembly.validate(bytes)) {
  return validate(PROBE) ? RELAXED : PLAIN;
}
