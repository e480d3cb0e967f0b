// Addresses of published models. Pure: nothing here asks anybody.

/** The hub that is asked where the reader names no mirror. */
export const HUB = "https://huggingface.co";

/** Kinds of a hub's pages and files, each followed by a revision. */
const KINDS = ["resolve", "tree", "blob", "raw"];

const ADDRESS = /^https?:/i;

/** Ends of names that are files, not folders. */
const FILE = /\.(json|safetensors|txt|md|bin|model|gguf|onnx|h5|msgpack|pth?|ckpt)$/i;

/**
 * The folder that a reader means by `owner/name`, `owner/name@revision`, a hub's page, or the address of a folder or of one of its files.
 * @param {string} text
 * @param {string} [mirror] the hub's base address
 * @returns {string | undefined} an address that ends in "/"; undefined where the text is none of these
 */
export function folderAddress(text, mirror = HUB) {
  const wanted = text.trim();
  if (ADDRESS.test(wanted)) return URL.canParse(wanted) ? addressedFolder(new URL(wanted), mirror) : undefined;
  const named = wanted.match(/^([\w.-]+(?:\/[\w.-]+)?)(?:@([\w./-]+))?$/);
  if (!named || named[1].split("/").some((part) => /^\.+$/.test(part))) return undefined;
  return repository(baseOf(mirror), named[1], named[2]);
}

/**
 * A mirror's base address as it is remembered.
 * @param {string} text
 * @returns {string | undefined} undefined where it is no address
 */
export function mirrorAddress(text) {
  const wanted = text.trim();
  if (wanted === "") return HUB;
  const address = /^\w+:\/\//.test(wanted) ? wanted : `https://${wanted}`;
  return ADDRESS.test(address) && URL.canParse(address) ? baseOf(address) : undefined;
}

/**
 * What a model is called whose folder has this address: its repository, or the folder.
 * @param {string} address
 */
export function modelName(address) {
  const { pathname, host } = new URL(address);
  const parts = pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const resolve = parts.lastIndexOf("resolve");
  if (resolve < 1) return parts.at(-1) ?? host;
  const [name, revision] = [parts.slice(Math.max(0, resolve - 2), resolve).join("/"), parts[resolve + 1] ?? "main"];
  return revision === "main" ? name : `${name}@${revision}`;
}

/**
 * @param {URL} url
 * @param {string} mirror
 */
function addressedFolder(url, mirror) {
  const address = url.origin + url.pathname;
  const base = [HUB, mirror].map(baseOf).find((base) => address.startsWith(`${base}/`));
  if (base) {
    const parts = address
      .slice(base.length + 1)
      .split("/")
      .filter(Boolean);
    const kind = parts.findIndex((part, i) => i > 0 && i <= 2 && KINDS.includes(part));
    if (kind > 0) return repository(base, parts.slice(0, kind).join("/"), decodeURIComponent(parts[kind + 1] ?? "main"));
    if (parts.length === 1 || parts.length === 2) return repository(base, parts.join("/"));
  }
  return address.replace(/[^/]*$/, (last) => (last === "" || FILE.test(last) ? "" : `${last}/`));
}

/**
 * @param {string} base
 * @param {string} name
 * @param {string} [revision]
 */
function repository(base, name, revision = "main") {
  return `${base}/${name}/resolve/${encodeURIComponent(revision)}/`;
}

/** @param {string} address */
function baseOf(address) {
  const { origin, pathname } = new URL(address);
  return origin + pathname.replace(/\/+$/, "");
}
