// The stages that the tokenizer classes of `transformers` 5.23 build around the vocabulary of a tokenizer.json, with the settings of tokenizer_config.json
// (models/*/tokenization_*.py). Only what is named here is taken from tokenizer.json. src/text/rebuild.rs is the same for the native command.

/** @typedef {import("./class.js").Class} Class */
/** @typedef {(name: string, fallback: boolean) => boolean} Flag a setting that is true or false */

/** The named tokens of a class. @type {Record<Class, Record<string, string>>} */
export const NAMES = {
  AlbertTokenizer: {
    bos_token: "[CLS]",
    eos_token: "[SEP]",
    unk_token: "<unk>",
    sep_token: "[SEP]",
    pad_token: "<pad>",
    cls_token: "[CLS]",
    mask_token: "[MASK]",
  },
  BertTokenizer: { unk_token: "[UNK]", sep_token: "[SEP]", pad_token: "[PAD]", cls_token: "[CLS]", mask_token: "[MASK]" },
  GPT2Tokenizer: { bos_token: "<|endoftext|>", eos_token: "<|endoftext|>", unk_token: "<|endoftext|>" },
  LlamaTokenizer: { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>" },
  RobertaTokenizer: {
    bos_token: "<s>",
    eos_token: "</s>",
    unk_token: "<unk>",
    sep_token: "</s>",
    pad_token: "<pad>",
    cls_token: "<s>",
    mask_token: "<mask>",
  },
  T5Tokenizer: { eos_token: "</s>", unk_token: "<unk>", pad_token: "<pad>" },
};

/**
 * The tokenizer.json of a class, without added tokens.
 * @param {Class} name
 * @param {any} file tokenizer.json
 * @param {Flag} flag
 * @param {(name: string) => [string, number]} token a named token and its id
 * @param {boolean | null} accents the setting `strip_accents`
 * @returns {any}
 */
export function rebuilt(name, file, flag, token, accents) {
  return { post_processor: file.post_processor, ...STAGES[name]({ file, flag, token, accents }) };
}

/** @typedef {{ file: any, flag: Flag, token: (name: string) => [string, number], accents: boolean | null }} Given */

/** @type {Record<Class, (given: Given) => any>} */
const STAGES = {
  AlbertTokenizer: ({ file, flag, token }) => ({
    model: { type: "Unigram", unk_id: 1, byte_fallback: false, vocab: file.model.vocab },
    normalizer: {
      type: "Sequence",
      normalizers: [
        replace("``", '"'),
        replace("''", '"'),
        ...(flag("keep_accents", false) ? [] : [{ type: "NFKD" }, { type: "StripAccents" }]),
        ...(flag("do_lower_case", true) ? [{ type: "Lowercase" }] : []),
        ...precompiled(file),
      ],
    },
    ...markedWords(flag("add_prefix_space", true) ? "always" : "never"),
    post_processor: file.post_processor ?? between(["[CLS]", token("cls_token")[1]], ["[SEP]", token("sep_token")[1]]),
  }),
  BertTokenizer: ({ file, flag, token, accents }) => ({
    model: {
      type: "WordPiece",
      unk_token: token("unk_token")[0],
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: file.model.vocab,
    },
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: flag("tokenize_chinese_chars", true),
      strip_accents: accents,
      lowercase: flag("do_lower_case", true),
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    post_processor: between(token("cls_token"), token("sep_token")),
  }),
  GPT2Tokenizer: bytes,
  LlamaTokenizer: ({ file, flag }) => {
    const space = flag("add_prefix_space", true);
    const strip = space ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : [];
    return {
      model: { ...bpe(file), fuse_unk: true, byte_fallback: true },
      pre_tokenizer: metaspace(!space ? "never" : flag("legacy", false) ? "always" : "first", false),
      decoder: { type: "Sequence", decoders: [replace("▁", " "), { type: "ByteFallback" }, { type: "Fuse" }, ...strip] },
    };
  },
  RobertaTokenizer: (given) => {
    const [cls, sep] = [given.token("cls_token"), given.token("sep_token")];
    return {
      ...bytes(given),
      post_processor: { type: "RobertaProcessing", sep, cls, trim_offsets: true, add_prefix_space: false },
    };
  },
  T5Tokenizer: ({ file, token }) => ({
    model: { type: "Unigram", unk_id: 2, byte_fallback: false, vocab: file.model.vocab },
    normalizer: precompiled(file)[0],
    ...markedWords("always"),
    post_processor: {
      type: "TemplateProcessing",
      single: [text("A", 0), special("</s>", 0)],
      pair: [text("A", 0), special("</s>", 0), text("B", 0), special("</s>", 0)],
      special_tokens: { "</s>": { ids: [token("eos_token")[1]] } },
    },
  }),
};

/** @param {Given} given */
function bytes({ file, flag }) {
  const stage = { type: "ByteLevel", trim_offsets: true, use_regex: true };
  return { model: bpe(file), pre_tokenizer: { ...stage, add_prefix_space: flag("add_prefix_space", false) }, decoder: stage };
}

/** @param {any} file */
function bpe({ model: { vocab, merges } }) {
  return {
    type: "BPE",
    unk_token: null,
    continuing_subword_prefix: "",
    end_of_word_suffix: "",
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab,
    merges,
  };
}

/**
 * The table of a SentencePiece normalisation in tokenizer.json, as a stage.
 * @param {any} file
 * @returns {any[]}
 */
function precompiled({ normalizer }) {
  const listed = normalizer?.normalizers ?? [normalizer];
  return listed
    .filter((/** @type {any} */ stage) => stage?.type === "Precompiled" && "precompiled_charsmap" in stage)
    .slice(0, 1);
}

/**
 * @param {string} from
 * @param {string} to
 */
function replace(from, to) {
  return { type: "Replace", pattern: { String: from }, content: to };
}

/**
 * @param {string} scheme
 * @param {boolean} split
 */
function metaspace(scheme, split) {
  return { type: "Metaspace", replacement: "▁", prepend_scheme: scheme, split };
}

/**
 * Words cut at spaces, each with a mark before it; and the decoder that makes spaces of the marks.
 * @param {string} scheme
 */
function markedWords(scheme) {
  return {
    pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "WhitespaceSplit" }, metaspace(scheme, true)] },
    decoder: metaspace(scheme, true),
  };
}

/**
 * One text, or two, between a token in front and one behind each.
 * @param {[string, number]} cls
 * @param {[string, number]} sep
 */
function between([cls, clsId], [sep, sepId]) {
  const single = [special(cls, 0), text("A", 0), special(sep, 0)];
  return {
    type: "TemplateProcessing",
    single,
    pair: [...single, text("B", 1), special(sep, 1)],
    special_tokens: { [cls]: { ids: [clsId] }, [sep]: { ids: [sepId] } },
  };
}

/**
 * @param {string} id
 * @param {number} segment
 */
function text(id, segment) {
  return { Sequence: { id, type_id: segment } };
}

/**
 * @param {string} id
 * @param {number} segment
 */
function special(id, segment) {
  return { SpecialToken: { id, type_id: segment } };
}
