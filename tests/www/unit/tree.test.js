import assert from "node:assert/strict";
import test from "node:test";
import { ROOT, TokenTree } from "../../../www/blocks/writing/tree.js";

/** Three paths: 1 2 3, 1 2 4 5, and 1 7; 10 alone at the start. */
function sample() {
  const tree = new TokenTree();
  for (const path of [[1, 2, 3], [1, 2, 4, 5], [1, 7], [10]]) path.reduce((key, id) => tree.grow(key, id), ROOT);
  return tree;
}

const paths = (/** @type {TokenTree} */ tree) => tree.leaves().map(({ key }) => tree.path(key));

test("a path that is taken twice stands there once", () => {
  const tree = sample();
  assert.equal(tree.size, 7);
  assert.deepEqual(paths(tree), [[1, 2, 3], [1, 2, 4, 5], [1, 7], [10]]);
  assert.deepEqual(
    tree.preorder().map(({ depth }) => depth),
    [0, 1, 2, 3, 3, 4, 2, 1],
  );
});

test("a tree in a link is the tree again, with its branches in their order", () => {
  const word = sample().format();
  assert.equal(word, "_a-1_7-2_4.5-3");
  assert.equal(new URLSearchParams({ word }).toString(), `word=${word}`, "a link keeps it as it is");
  assert.deepEqual(paths(TokenTree.parse(word)), paths(sample()));
  assert.equal(TokenTree.parse(word).format(), word);
});

test("trees of every small shape survive a link", () => {
  for (let shape = 0; shape < 3 ** 7; shape++) {
    const tree = new TokenTree();
    const keys = [ROOT];
    // Each node hangs on one of the three before it.
    for (let i = 0, rest = shape; i < 7; i++, rest = Math.floor(rest / 3))
      keys.push(tree.grow(keys[Math.max(0, keys.length - 1 - (rest % 3))], 35 + i));
    assert.deepEqual(paths(TokenTree.parse(tree.format())), paths(tree), tree.format());
  }
});

test("what is not a tree gives no more than it can", () => {
  assert.equal(TokenTree.parse("").size, 0);
  assert.deepEqual(paths(TokenTree.parse("1.2_")), [[1, 2]]);
  assert.deepEqual(paths(TokenTree.parse("!!1.2")), [[1, 2]]);
});

test("a pruned node takes what comes after it along", () => {
  const tree = sample();
  const two = tree.node(tree.node(ROOT).children[0]).children[0];
  tree.prune(two);
  assert.deepEqual(paths(tree), [[1, 7], [10]]);
  assert.equal(tree.has(two), false);
});
