// A tokenizer.json, read as the reference (the `tokenizers` crate) reads it, because a reader's model must get the tokens that it was trained on. The stages are those of
// Hugging Face's JavaScript library where they agree with the reference; the way from one to the next is the reference's. What is left: of characters that Unicode
// got after 2016, mostly marks and signs of rare scripts, the browser knows more than the reference's tables do.

import { Added } from "./added.js";
import { decoderOf } from "./decoders.js";
import { Model } from "./models.js";
import { normalizerOf } from "./normalizers.js";
import { Unbuilt } from "./parts.js";
import { bareProcessorOf, processorOf } from "./processors.js";
import { splitterOf } from "./splitters.js";
import { MOST_LONGER, shown, Trouble } from "../trouble.js";

/**
 * @param {any} file the parsed tokenizer.json
 * @param {{ more?: import("./added.js").Token[], splitSpecial?: boolean }} [beside] what the files beside it change
 */
export function openTokenizer(file, beside = {}) {
  try {
    return new Tokenizer(file, beside);
  } catch (error) {
    if (error instanceof Trouble) throw error;
    if (error instanceof Unbuilt) throw new Trouble("trouble.tokenizerStage", { stage: error.stage, type: error.type });
    throw new Trouble("trouble.tokenizer", {
      reason: shown(error instanceof Error ? error.message : String(error), MOST_LONGER),
    });
  }
}

class Tokenizer {
  #model;
  #added;
  #split;
  #process;
  #processBare;
  #decode;

  /**
   * @param {any} file
   * @param {{ more?: import("./added.js").Token[], splitSpecial?: boolean }} beside
   */
  constructor(
    { model, added_tokens: added = [], normalizer, pre_tokenizer: splitter, post_processor: processor, decoder },
    { more = [], splitSpecial },
  ) {
    if (!model?.vocab) throw new Error("there is no model with a vocab");
    this.#model = new Model(model);
    this.#added = new Added([added ?? [], more], this.#model, normalizerOf(normalizer), splitSpecial);
    this.#split = splitterOf(splitter);
    this.#process = processorOf(processor);
    this.#processBare = bareProcessorOf(processor);
    this.#decode = decoderOf(decoder);
  }

  /** The id that stands for whatever the vocabulary has no token for, where there is one. */
  get unknown() {
    return this.#model.unknown;
  }

  /**
   * @param {string[]} texts one, or a pair
   * @param {{ special: boolean }} options with the special tokens that the model expects around them
   */
  encode(texts, { special }) {
    const encodings = texts.map((text, type) => {
      const ids = this.#idsOf(text);
      return { ids, types: ids.map(() => type) };
    });
    const processed = (special ? this.#process : this.#processBare)(encodings);
    return { ids: processed.flatMap(({ ids }) => ids), types: processed.flatMap(({ types }) => types) };
  }

  /**
   * The text of ids without special tokens.
   * @param {number[]} ids
   */
  decode(ids) {
    const tokens = ids
      .map((id) => this.#added.spelling(id) ?? this.#model.tokenOf(id))
      .filter((token) => token !== undefined && !this.#added.isSpecial(token));
    return this.#decode(/** @type {string[]} */ (tokens)).join("");
  }

  /** @param {string} token */
  idOf(token) {
    return this.#added.idOf(token) ?? this.#model.idOf(token);
  }

  /** @param {number} id */
  tokenOf(id) {
    return this.#added.get(id)?.content ?? this.#model.tokenOf(id);
  }

  /** @param {number} id */
  added(id) {
    return this.#added.get(id);
  }

  /** @param {string} text */
  #idsOf(text) {
    return this.#added
      .split(text)
      .flatMap((stretch) =>
        typeof stretch === "number" ? stretch : this.#split(stretch).flatMap(({ text: word }) => this.#idsOfWord(word)),
      );
  }

  /** @param {string} word */
  #idsOfWord(word) {
    return this.#model.encode(word).map((id) => {
      if (id === undefined) throw new Trouble("trouble.unknown", { word });
      return id;
    });
  }
}
