// The built site with checkpoints of the goldens beside its own models: tiny random ones of every class, given a tokenizer of a few words.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../../../dist/", import.meta.url));
const GOLDENS = fileURLToPath(new URL("../../goldens/models/", import.meta.url));

const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const WORDS =
  "the a cat dog king girl boy mat house door sat ran went opened was is on to in and then he she it once upon time there little old red big happy sad . , my your what where who one two three day night sun moon".split(
    " ",
  );

/**
 * @param {string[]} names folders of tests/goldens/models
 * @param {Record<string, [string, object]>} [variants] by their names: a folder of tests/goldens/models, and what its config.json says otherwise
 * @returns {{ root: string, remove: () => void }}
 */
export function siteWith(names, variants = {}) {
  const root = mkdtempSync(join(tmpdir(), "diorama-site-"));
  for (const entry of readdirSync(DIST)) {
    if (entry !== "models") symlinkSync(join(DIST, entry), join(root, entry));
  }
  mkdirSync(join(root, "models"));
  for (const entry of readdirSync(join(DIST, "models"))) symlinkSync(join(DIST, "models", entry), join(root, "models", entry));
  /** @type {[string, [string, object]][]} */
  const folders = [
    ...names.map((name) => /** @type {[string, [string, object]]} */ ([name, [name, {}]])),
    ...Object.entries(variants),
  ];
  for (const [name, [golden, otherwise]] of folders) {
    const folder = join(root, "models", name);
    cpSync(join(GOLDENS, golden), folder, { recursive: true });
    const config = { ...JSON.parse(readFileSync(join(folder, "config.json"), "utf8")), ...otherwise };
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    const writes = ["gpt2", "llama"].includes(config.model_type);
    writeFileSync(
      join(folder, "tokenizer.json"),
      JSON.stringify(tokenizer(config.vocab_size, writes ? ["[CLS]", null] : ["[CLS]", "[SEP]"])),
    );
    writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify({ tokenizer_class: "PreTrainedTokenizerFast" }));
    const { bos_token_id, eos_token_id, pad_token_id, decoder_start_token_id } = config;
    writeFileSync(
      join(folder, "generation_config.json"),
      JSON.stringify({ bos_token_id, eos_token_id, pad_token_id, decoder_start_token_id }),
    );
  }
  return { root, remove: () => rmSync(root, { recursive: true }) };
}

/**
 * Whole words only; what is not among them is [UNK].
 * @param {number} size
 * @param {[string, string | null]} ends what stands before a text and after it
 */
function tokenizer(size, [before, after]) {
  const spelled = [...SPECIAL, ...WORDS].slice(0, size);
  const vocab = Object.fromEntries(spelled.map((word, id) => [word, id]));
  const special = (/** @type {string | null} */ token, /** @type {number} */ type) =>
    token ? [{ SpecialToken: { id: token, type_id: type } }] : [];
  const text = (/** @type {string} */ id, /** @type {number} */ type) => [{ Sequence: { id, type_id: type } }];
  return {
    version: "1.0",
    added_tokens: SPECIAL.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [...special(before, 0), ...text("A", 0), ...special(after, 0)],
      pair: [...special(before, 0), ...text("A", 0), ...special(after, 0), ...text("B", 1), ...special(after, 1)],
      special_tokens: Object.fromEntries(
        [before, after]
          .filter((token) => token !== null)
          .map((token) => [token, { id: token, ids: [vocab[token]], tokens: [token] }]),
      ),
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: false },
    model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab },
  };
}
