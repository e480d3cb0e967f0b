// Tokens that the reader has changed in place: hidden behind the mask token, or filled in. A map from a token's place to its new id.

/** @typedef {ReadonlyMap<number, number>} Edits */

/** @type {Edits} */
export const NO_EDITS = new Map();

/**
 * @param {string} text as in a link: "3:4,7:120"
 * @returns {Edits}
 */
export function parseEdits(text) {
  const pairs = text
    .split(",")
    .map((part) => part.match(/^(\d{1,6}):(\d{1,7})$/))
    .flatMap((match) => (match ? [[Number(match[1]), Number(match[2])]] : []));
  return new Map(/** @type {[number, number][]} */ (pairs));
}

/** @param {Edits} edits */
export function formatEdits(edits) {
  return [...edits].map(([position, id]) => `${position}:${id}`).join(",");
}

/**
 * One step of the gesture that hides and shows: a plain token is masked, a filled one is masked again, a masked one shows what it hid.
 * @param {Edits} edits
 * @param {number} position
 * @param {number} mask the mask token's id
 * @param {number} plain the id that the text itself has there
 * @returns {Edits}
 */
export function toggled(edits, position, mask, plain) {
  const next = new Map(edits);
  const now = edits.get(position);
  if (now === mask || (now !== undefined && plain === mask)) next.delete(position);
  else if (now !== undefined || plain !== mask) next.set(position, mask);
  return next;
}

/**
 * The edits of a text that was changed: those in its unchanged beginning stay, those in its unchanged end move along, those between are gone.
 * @param {Edits} edits
 * @param {number[]} before ids of the old text
 * @param {number[]} after ids of the new one
 * @returns {Edits}
 */
export function carried(edits, before, after) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const shift = after.length - before.length;
  const stays = (/** @type {number} */ position) => position < start || (shift === 0 && position >= before.length - end);
  if ([...edits.keys()].every(stays)) return edits;
  const moved = [...edits].filter(([position]) => position < start || position >= before.length - end);
  return new Map(moved.map(([position, id]) => [position < start ? position : position + shift, id]));
}
