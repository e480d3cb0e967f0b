// Published models as points: parameters, tokens seen in training, and where both are printed.

/** @typedef {import("../../kinds.js").Kind} Kind */
/** @typedef {{ name: string, N: number, D: number, kind: Kind, source: string, minor?: boolean }} Published */

const BROWN = "Brown et al. 2020, table 2.1";
const TOUVRON = "Touvron et al. 2023a, table 2";
const TOUVRON_2 = "Touvron et al. 2023b, table 1";
const META = "Meta 2024, Llama 3 model card";

/** `minor` ones are named only where there is room. @type {Published[]} */
export const MODELS = [
  {
    name: "BERT-Base",
    N: 110e6,
    D: 128e9,
    kind: "encoder",
    source: "Devlin et al. 2018, §3 and A.2: 1,000,000 steps of 128,000 tokens",
    minor: true,
  },
  {
    name: "BERT-Large",
    N: 340e6,
    D: 128e9,
    kind: "encoder",
    source: "Devlin et al. 2018, §3 and A.2: 1,000,000 steps of 128,000 tokens",
  },
  {
    name: "RoBERTa-Large",
    N: 355e6,
    D: 500e3 * 8192 * 512,
    kind: "encoder",
    source: "Liu et al. 2019, §5: 500,000 steps of 8,192 texts of 512 tokens at most",
  },
  { name: "T5-11B", N: 11e9, D: 1e12, kind: "encoder-decoder", source: "Raffel et al. 2020, §3.7" },
  ...[125e6, 350e6, 760e6, 1.3e9, 2.7e9, 6.7e9, 13e9].map(
    (N) =>
      /** @type {Published} */ ({
        name: `GPT-3 ${N >= 1e9 ? `${N / 1e9}B` : `${N / 1e6}M`}`,
        N,
        D: 300e9,
        kind: "decoder",
        source: BROWN,
        minor: true,
      }),
  ),
  { name: "GPT-3", N: 175e9, D: 300e9, kind: "decoder", source: BROWN },
  { name: "Gopher", N: 280e9, D: 300e9, kind: "decoder", source: "Rae et al. 2021, table 1; Hoffmann et al. 2022, table 1" },
  { name: "Chinchilla", N: 70e9, D: 1.4e12, kind: "decoder", source: "Hoffmann et al. 2022, table 1" },
  { name: "LLaMA 7B", N: 6.7e9, D: 1e12, kind: "decoder", source: TOUVRON, minor: true },
  { name: "LLaMA 13B", N: 13e9, D: 1e12, kind: "decoder", source: TOUVRON, minor: true },
  { name: "LLaMA 33B", N: 32.5e9, D: 1.4e12, kind: "decoder", source: TOUVRON, minor: true },
  { name: "LLaMA 65B", N: 65.2e9, D: 1.4e12, kind: "decoder", source: TOUVRON },
  { name: "LLaMA 2 7B", N: 7e9, D: 2e12, kind: "decoder", source: TOUVRON_2, minor: true },
  { name: "LLaMA 2 70B", N: 70e9, D: 2e12, kind: "decoder", source: TOUVRON_2 },
  { name: "LLaMA 3 8B", N: 8e9, D: 15e12, kind: "decoder", source: META },
  { name: "LLaMA 3 70B", N: 70e9, D: 15e12, kind: "decoder", source: META },
];
