"""Shows whether cross-attention aligns: for each head, which source token every generated token looks at most.

    python -m t5_tiny.alignment --model ../www/models/t5-tiny "She has two cats."

The number behind a head is the share of generated tokens whose highest weight falls on a source token of the sentence itself, prefix
and </s> left out, and the mean of that highest weight.
"""

import argparse
from pathlib import Path

import torch
from transformers import AutoTokenizer, T5ForConditionalGeneration

PREFIX = "translate English to French: "


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("sentences", nargs="+")
    args = parser.parse_args()
    tok = AutoTokenizer.from_pretrained(args.model)
    model = T5ForConditionalGeneration.from_pretrained(args.model, dtype=torch.float32, attn_implementation="eager").eval()
    n_prefix = len(tok(PREFIX.strip())["input_ids"]) - 1
    for sentence in args.sentences:
        inputs = tok(PREFIX + sentence, return_tensors="pt")
        ids = model.generate(input_ids=inputs["input_ids"], max_new_tokens=64, do_sample=False)
        output = model(input_ids=inputs["input_ids"], decoder_input_ids=ids[:, :-1], output_attentions=True, use_cache=False)
        source, target = tok.convert_ids_to_tokens(inputs["input_ids"][0]), tok.convert_ids_to_tokens(ids[0, 1:])
        print(f"\n{sentence} → {tok.decode(ids[0], skip_special_tokens=True)}")
        for layer, pattern in enumerate(output.cross_attentions):  # batch head query_pos key_pos
            for head in range(pattern.shape[1]):
                weight, key = pattern[0, head].max(dim=-1)
                inside = ((key >= n_prefix) & (key < len(source) - 1)).float().mean()
                pairs = "  ".join(f"{t}←{source[k]}" for t, k in zip(target, key))
                print(f"layer {layer} head {head}  {inside:.2f} {weight.mean():.2f}  {pairs}")


if __name__ == "__main__":
    main()
