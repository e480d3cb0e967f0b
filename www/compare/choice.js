// Which attention of a panel is looked at, and what its rows and columns stand for.

/** @typedef {import("../kinds.js").Kind} Kind */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("./panel.js").Panel} Panel */
/** @typedef {"encoder" | "cross" | "decoder"} Stack */

/** The setting of the block that names a family's model. */
export const MODEL_OF = /** @type {const} */ ({ encoder: "encoder", "encoder-decoder": "both", decoder: "decoder" });

/** @param {Kind} kind @returns {Stack[]} */
export function stacksOf(kind) {
  return kind === "encoder-decoder" ? ["encoder", "cross", "decoder"] : [kind];
}

/**
 * @param {Panel} panel
 * @param {Stack} stack
 */
export function layersOf({ anatomy }, stack) {
  const found = anatomy?.stacks.find(({ name }) => name === (stack === "cross" ? "decoder" : stack));
  return found?.groups.reduce((sum, { layers }) => sum + layers.length, 0) ?? 0;
}

/**
 * A stack with fewer layers than the choice shows its last. A lit word lights its first token.
 * @param {{ settings: any, lit: number | undefined }} block
 * @param {Panel} panel
 * @param {Stack} stack
 * @returns {{ rows: Piece[], columns: Piece[], row: number | undefined, column: number | undefined, attention: string, layer: number }}
 */
export function mapOf({ settings, lit }, panel, stack) {
  const { kind, reading } = panel;
  const layer = Math.max(0, Math.min(settings.layer, layersOf(panel, stack)) - 1);
  const token = lit === undefined ? undefined : panel.lined.under[lit]?.[0];
  const writes = "steps" in reading ? reading : undefined;
  if (kind !== "encoder-decoder") {
    const tokens = writes ? writes.sequence : reading.traced;
    return { rows: tokens, columns: tokens, row: token, column: undefined, attention: `blocks.${layer}.attn`, layer };
  }
  const steps = writes?.steps ?? [];
  if (stack === "encoder")
    return {
      rows: reading.traced,
      columns: reading.traced,
      row: token,
      column: undefined,
      attention: `encoder.${layer}.attn`,
      layer,
    };
  if (stack === "decoder")
    return {
      rows: steps,
      columns: writes?.decoderInput ?? [],
      row: undefined,
      column: undefined,
      attention: `decoder.${layer}.attn`,
      layer,
    };
  return { rows: steps, columns: reading.traced, row: undefined, column: token, attention: `decoder.${layer}.cross_attn`, layer };
}
