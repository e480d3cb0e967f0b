import assert from "node:assert/strict";
import test from "node:test";
import { folderAddress, HUB, mirrorAddress, modelName } from "../../../www/checkpoint/hub.js";

/** What a reader types, and the folder that is meant. @type {[string, string | undefined][]} */
const CASES = [
  ["google/t5-efficient-tiny", `${HUB}/google/t5-efficient-tiny/resolve/main/`],
  ["  gpt2 ", `${HUB}/gpt2/resolve/main/`],
  ["owner/name@v1.0", `${HUB}/owner/name/resolve/v1.0/`],
  ["owner/name@refs/pr/3", `${HUB}/owner/name/resolve/refs%2Fpr%2F3/`],
  [`${HUB}/owner/name`, `${HUB}/owner/name/resolve/main/`],
  [`${HUB}/owner/name/`, `${HUB}/owner/name/resolve/main/`],
  [`${HUB}/owner/name/tree/dev`, `${HUB}/owner/name/resolve/dev/`],
  [`${HUB}/gpt2/tree/dev`, `${HUB}/gpt2/resolve/dev/`],
  [`${HUB}/owner/name/blob/main/config.json`, `${HUB}/owner/name/resolve/main/`],
  [`${HUB}/owner/name/resolve/refs%2Fpr%2F3/model.safetensors?download=true`, `${HUB}/owner/name/resolve/refs%2Fpr%2F3/`],
  ["https://example.org/models/t5", "https://example.org/models/t5/"],
  ["https://example.org/models/t5/", "https://example.org/models/t5/"],
  ["https://example.org/models/t5/config.json#top", "https://example.org/models/t5/"],
  ["http://127.0.0.1:8000", "http://127.0.0.1:8000/"],
  ["", undefined],
  ["two words", undefined],
  ["a/b/c", undefined],
  ["../secrets", undefined],
  ["owner/..", undefined],
  ["https://", undefined],
  ["javascript:alert(1)", undefined],
  ["file:///etc/passwd", undefined],
];

test("names, a hub's pages and addresses lead to a folder", () => {
  for (const [text, folder] of CASES) assert.equal(folderAddress(text), folder, text);
});

test("a mirror takes the hub's place, under its own path too", () => {
  assert.equal(folderAddress("owner/name", "https://mirror.example"), "https://mirror.example/owner/name/resolve/main/");
  assert.equal(folderAddress("owner/name", "https://example.org/hf/"), "https://example.org/hf/owner/name/resolve/main/");
  assert.equal(
    folderAddress("https://example.org/hf/owner/name/tree/dev", "https://example.org/hf"),
    "https://example.org/hf/owner/name/resolve/dev/",
  );
});

test("a mirror is an address; none is the public hub", () => {
  assert.equal(mirrorAddress(""), HUB);
  assert.equal(mirrorAddress(" mirror.example/ "), "https://mirror.example");
  assert.equal(mirrorAddress("http://127.0.0.1:8000/hf/"), "http://127.0.0.1:8000/hf");
  for (const text of ["two words", "ftp://mirror.example", "https://"]) assert.equal(mirrorAddress(text), undefined, text);
});

test("a model is called after its repository, or its folder", () => {
  assert.equal(modelName(`${HUB}/owner/name/resolve/main/`), "owner/name");
  assert.equal(modelName(`${HUB}/gpt2/resolve/main/`), "gpt2");
  assert.equal(modelName(`${HUB}/owner/name/resolve/refs%2Fpr%2F3/`), "owner/name@refs/pr/3");
  assert.equal(modelName("https://example.org/models/my%20t5/"), "my t5");
  assert.equal(modelName("https://example.org/"), "example.org");
});
