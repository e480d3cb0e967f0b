"""Writes what `AutoTokenizer` makes of texts, for small tokenizers with the files that stand beside a tokenizer.json.

    python training/golden_text_published.py --out tests/goldens

`text/published.json` has tokenizers by name, and folders: their files (a tokenizer.json may be the name of one), and texts with their ids, segments and the text that the ids decode to. The first folders try one setting
each; the others are random ones of every model, normalizer, pre-tokenizer, processor and decoder. Those of which `AutoTokenizer` makes an error are left out,
and a folder without a tokenizer_config.json and a config.json is read by the `tokenizers` library alone. The native command and the page are both held to the file.
Nothing is trained: what is written is the same every time.
"""

import argparse
import json
import random
import tempfile
from pathlib import Path

from tokenizers import Tokenizer
from transformers import AutoTokenizer

from golden_text_folders import FILES, FOLDERS, TEXTS
from golden_text_random import random_folder, random_text

SEED = 7
N_RANDOM = 40
N_TEXTS = 3


def cases(files: dict[str, dict], texts: list) -> list[dict] | None:
    """The texts of a folder, or nothing where the reference refuses it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_text(json.dumps(content))
        try:
            if "config.json" in files:
                tokenizer = AutoTokenizer.from_pretrained(folder)
                encode = lambda *texts: tokenizer(*texts).encodings[0]  # noqa: E731
            else:
                tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
                encode = lambda *texts: tokenizer.encode(*texts)  # noqa: E731
            return [case(tokenizer, encode, text) for text in texts]
        except Exception as fault:  # noqa: BLE001: the library raises plain exceptions
            print("left out:", str(fault).split("\n")[0][:100])
            return None


def case(tokenizer, encode, text: str | tuple[str, str]) -> dict:
    text, *pair = text if isinstance(text, tuple) else (text,)
    encoding = encode(text, *pair)
    decoded = tokenizer.decode(encoding.ids, skip_special_tokens=True)
    return {"text": text, "pair": pair[0] if pair else None, "ids": encoding.ids, "segments": encoding.type_ids, "decoded": decoded}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folders", type=int, default=N_RANDOM)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    listed = [{"name": name, "files": files, "cases": cases(files, TEXTS[model])} for name, model, files in FOLDERS]
    assert all(folder["cases"] for folder in listed), [folder["name"] for folder in listed if not folder["cases"]]
    for number in range(args.folders):
        files = random_folder(chance)
        found = cases(files, [random_text(chance, files) for _ in range(N_TEXTS)])
        if found:
            listed.append({"name": f"random {number}", "files": files, "cases": found})
    names = {id(tokenizer): name for name, tokenizer in FILES.items()}
    for folder in listed:
        files = folder["files"]
        folder["files"] = files | {"tokenizer.json": names.get(id(files["tokenizer.json"]), files["tokenizer.json"])}
    compact = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))  # noqa: E731
    lines = ",\n".join(compact(folder) for folder in listed)
    (args.out / "text/published.json").write_text(f'{{"tokenizers":{compact(FILES)},"folders":[\n{lines}\n]}}\n')
    print(len(listed), "folders")


if __name__ == "__main__":
    main()
