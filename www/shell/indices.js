// Where no font for formulas is installed, a browser may set an index on the line of its letter. Such a page lowers its indices itself (theme.css).

const MATHML = "http://www.w3.org/1998/Math/MathML";

let looked = false;

/** Looks once how this browser sets an index. */
export function lowerIndices() {
  if (looked) return;
  looked = true;
  const [letter, index] = ["x", "x"].map((name) => Object.assign(document.createElementNS(MATHML, "mi"), { textContent: name }));
  const formula = document.createElementNS(MATHML, "math");
  formula.append(document.createElementNS(MATHML, "msub"));
  formula.firstElementChild?.append(letter, index);
  document.body.append(formula);
  const drop = index.getBoundingClientRect().bottom - letter.getBoundingClientRect().bottom;
  formula.remove();
  if (drop < 1) document.documentElement.style.setProperty("--index-drop", "0.35em");
}
