// The parts of a regular expression of JavaScript (flag u), as far as they matter for running it step by step (linear.js).

/**
 * `char` matches one character, `assert` a place; both are run by the browser, from their source.
 * @typedef {{ kind: "char", source: string, flags: string }
 *   | { kind: "assert", source: string, flags: string }
 *   | { kind: "sequence", parts: Node[] }
 *   | { kind: "choice", parts: Node[] }
 *   | { kind: "repeat", body: Node, least: number, most: number, lazy: boolean }
 *   | { kind: "look", body: Node, source: string, flags: string, behind: boolean, negative: boolean }
 *   | { kind: "back" }} Node
 */

const GROUP = /\((?:\?(?:(?<look><?[=!])|<[^>]*>|(?<flags>[a-z]*(?:-[a-z]*)?):))?/y;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})(\?)?/y;
const ESCAPE =
  /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[a-zA-Z]|k<[^>]*>|[1-9]\d*|[^])/uy;

/**
 * @param {RegExp} pattern
 * @returns {Node}
 */
export function parse({ source, flags }) {
  let at = 0;
  const taken = (/** @type {RegExp} */ token) => {
    token.lastIndex = at;
    const found = token.exec(source);
    if (found) at = token.lastIndex;
    return found;
  };
  return choice(flags.replace(/[gy]/g, ""));

  /**
   * @param {string} flags
   * @returns {Node}
   */
  function choice(flags) {
    const parts = [sequence(flags)];
    while (source[at] === "|") {
      at++;
      parts.push(sequence(flags));
    }
    return parts.length === 1 ? parts[0] : { kind: "choice", parts };
  }

  /**
   * @param {string} flags
   * @returns {Node}
   */
  function sequence(flags) {
    /** @type {Node[]} */
    const parts = [];
    while (at < source.length && source[at] !== "|" && source[at] !== ")") {
      const body = atom(flags);
      const [quantified, sign, low, comma, high, lazy] = taken(QUANTIFIER) ?? [];
      if (quantified === undefined) parts.push(body);
      else {
        const least = sign ? Number(sign === "+") : Number(low);
        const most = sign ? (sign === "?" ? 1 : Infinity) : comma ? Number(high || Infinity) : least;
        parts.push({ kind: "repeat", body, least, most, lazy: lazy !== undefined });
      }
    }
    return { kind: "sequence", parts };
  }

  /**
   * @param {string} flags
   * @returns {Node}
   */
  function atom(flags) {
    const start = at;
    const group = taken(GROUP);
    if (group) {
      const { look, flags: changed } = group.groups ?? {};
      const body = choice(changed ? changedFlags(flags, changed) : flags);
      at++;
      if (!look) return body;
      return {
        kind: "look",
        body,
        source: source.slice(start, at),
        flags,
        behind: look.startsWith("<"),
        negative: look.endsWith("!"),
      };
    }
    if (source[at] === "[") {
      at = classEnd(source, at, flags.includes("v"));
      return { kind: "char", source: source.slice(start, at), flags };
    }
    const escaped = taken(ESCAPE)?.[0];
    if (escaped)
      return /^\\(?:k|[1-9])/.test(escaped)
        ? { kind: "back" }
        : { kind: /^\\[bB]$/.test(escaped) ? "assert" : "char", source: escaped, flags };
    const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
    at += character.length;
    return { kind: "^$".includes(character) ? "assert" : "char", source: character, flags };
  }
}

/**
 * Whether a pattern may take a time that doubles with each character, or grows with the text's cube: something repeated inside something repeated, a choice inside
 * it, or many repetitions in a row.
 * @param {Node} node
 * @returns {boolean}
 */
export function mayTakeLong(node) {
  if (node.kind === "repeat") return (node.most > 1 && varies(node.body)) || mayTakeLong(node.body);
  if (node.kind === "look") return mayTakeLong(node.body);
  if (node.kind === "choice" || node.kind === "sequence")
    return (node.kind === "sequence" && repetitions(node) > 2) || node.parts.some(mayTakeLong);
  return node.kind === "back";
}

/**
 * Whether a part can match in several ways.
 * @param {Node} node
 * @returns {boolean}
 */
function varies(node) {
  if (node.kind === "repeat") return node.least !== node.most || varies(node.body);
  return node.kind === "choice" || (node.kind === "sequence" && node.parts.some(varies));
}

/**
 * How many repetitions without an end stand in a row.
 * @param {Node} node
 * @returns {number}
 */
export function repetitions(node) {
  if (node.kind === "repeat") return (node.most > LONG ? 1 : 0) + repetitions(node.body);
  if (node.kind === "look") return repetitions(node.body);
  if (node.kind === "sequence") return node.parts.reduce((sum, part) => sum + repetitions(part), 0);
  return node.kind === "choice" ? Math.max(...node.parts.map(repetitions)) : 0;
}

/** So many repetitions count as without an end. */
const LONG = 30;

/**
 * @param {string} source
 * @param {number} at its bracket
 * @param {boolean} nested classes may hold classes (flag v)
 */
function classEnd(source, at, nested) {
  for (let depth = 0; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "[" && (nested || depth === 0)) depth++;
    else if (source[at] === "]" && --depth === 0) return at + 1;
  }
  return at;
}

/**
 * @param {string} flags
 * @param {string} changed such as "i" or "s-i"
 */
function changedFlags(flags, changed) {
  const [on, off = ""] = changed.split("-");
  return [...new Set([...flags, ...on])].filter((flag) => !off.includes(flag)).join("");
}
