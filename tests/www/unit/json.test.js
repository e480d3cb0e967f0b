import assert from "node:assert/strict";
import test from "node:test";
import { parsePython } from "../../../www/json.js";

test("numbers that only Python writes are read, and strings are left alone", () => {
  const text = String.raw`{"a": NaN, "b": [Infinity,-Infinity , 1e999], "Infinity": "NaN, \"Infinity\" and \\", "c":Infinity}`;
  assert.deepEqual(parsePython(text), {
    a: null,
    b: [Infinity, -Infinity, Infinity],
    Infinity: 'NaN, "Infinity" and \\',
    c: Infinity,
  });
  assert.deepEqual(parsePython('{"x": "Infinity"}'), { x: "Infinity" });
});

test("what Python refuses is refused", () => {
  for (const text of [
    "",
    "{",
    '{"a": nan}',
    '{"a": +Infinity}',
    '{"a": Infinit}',
    '{"a": infinity}',
    '{"a": "NaN}',
    "{NaN: 1}",
    '{"a": 1Infinity}',
    '{"a": - Infinity}',
  ])
    assert.throws(() => parsePython(text), SyntaxError, text);
});

test("a long string between such numbers is no long wait", () => {
  const long = "x".repeat(5_000_000);
  assert.equal(parsePython(`{"a": NaN, "s": "${long}", "b": Infinity}`).s.length, long.length);
});
