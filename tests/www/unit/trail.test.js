// Undo and redo of the page's states.

import assert from "node:assert/strict";
import test from "node:test";
import { Trail } from "../../../www/trail.js";

test("steps are taken back in order and done again; something new forgets what was taken back", () => {
  const trail = new Trail("a");
  assert.deepEqual([trail.undoable, trail.undo(), trail.redo()], [false, undefined, undefined]);
  trail.note("b", 0);
  trail.note("b", 5000);
  trail.note("c", 10_000);
  assert.deepEqual([trail.undo(), trail.undo(), trail.undo()], ["b", "a", undefined]);
  assert.deepEqual([trail.undoable, trail.redoable], [false, true]);
  assert.equal(trail.redo(), "b");
  trail.note("d", 20_000);
  assert.deepEqual([trail.redoable, trail.undo(), trail.undo()], [false, "b", "a"]);
});

test("what is typed in one go is one step, and what comes after an undo is another", () => {
  const trail = new Trail("");
  trail.note("t=h", 0);
  trail.note("t=he", 200);
  trail.note("t=hel", 400);
  assert.equal(trail.undo(), "");
  trail.note("t=x", 500);
  assert.equal(trail.undo(), "");
  assert.equal(trail.redo(), "t=x");
});

test("what is only told in more detail is no step, and is what a step goes back to", () => {
  const trail = new Trail("a");
  trail.amend("a&written=1");
  assert.equal(trail.undoable, false);
  trail.note("a&written=1,2", 0);
  assert.deepEqual([trail.undo(), trail.redo()], ["a&written=1", "a&written=1,2"]);
});
