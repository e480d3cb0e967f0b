/**
 * A list that is made anew only when what it is made of is another: views see by the list that there is nothing to draw.
 * @template {unknown[]} Parts
 * @template Made
 * @param {(...parts: Parts) => Made} make
 * @returns {(...parts: Parts) => Made}
 */
export function latest(make) {
  /** @type {{ parts: Parts, made: Made } | undefined} */
  let kept;
  return (...parts) => {
    if (!kept || parts.some((part, i) => part !== kept?.parts[i])) kept = { parts, made: make(...parts) };
    return kept.made;
  };
}
