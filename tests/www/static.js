// A static file server for tests. It hosts a folder under a sub-path, as any web host might, and keeps a list of what went wrong:
// requests it could not answer, and requests to other hosts, which browsers refuse and report under the policy it sends.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, relative, sep } from "node:path";

/**
 * @typedef {object} Site
 * @property {string} base      address of the folder, ending in "/"
 * @property {string[]} served   files that were asked for and sent, relative to the folder
 * @property {string[]} problems   one line for each request that failed or was meant for another host
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} root        folder to serve
 * @param {string} [subPath]   where to put it, starting and ending in "/"
 * @param {string[]} [hosts]   other hosts that pages and scripts may ask
 * @param {string[]} [asked]   other hosts that the site's asker.js may ask, and nothing else
 * @returns {Promise<Site>}
 */
export async function serveStatic(root, subPath = "/a/sub%20path/", hosts = [], asked = []) {
  /** @type {string[]} */
  const problems = [];
  /** @type {string[]} */
  const served = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname === REPORTS) {
      problems.push(`request to another host: ${await body(request)}`);
      response.writeHead(204).end();
      return;
    }
    const file = fileOf(root, subPath, url.pathname);
    const bytes = file === undefined ? undefined : await readFile(file).catch(() => undefined);
    if (file === undefined || bytes === undefined) {
      // Browsers ask for this one by themselves.
      const icon = url.pathname === "/favicon.ico";
      if (!icon) problems.push(`404 ${url.pathname}`);
      response.writeHead(icon ? 204 : 404).end();
      return;
    }
    served.push(relative(root, file));
    response.writeHead(200, {
      "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
      "Content-Length": bytes.length,
      "Content-Security-Policy": policy(relative(root, file) === "asker.js" ? [...hosts, ...asked] : hosts),
      // As hosts of static pages do: modules may be imported from elsewhere.
      "Access-Control-Allow-Origin": "*",
    });
    response.end(request.method === "HEAD" ? undefined : bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    base: `http://127.0.0.1:${address.port}${subPath}`,
    served,
    problems,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const REPORTS = "/outside-requests";

// It forbids other hosts, to pages and to workers, and nothing else.
/** @param {string[]} hosts */
const policy = (hosts) =>
  `default-src 'self' ${hosts.join(" ")} data: blob: 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval'; report-uri ${REPORTS}`;

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".wgsl": "text/plain; charset=utf-8",
};

/**
 * @param {string} root
 * @param {string} subPath
 * @param {string} pathname
 */
function fileOf(root, subPath, pathname) {
  if (!pathname.startsWith(subPath)) return undefined;
  const inside = normalize(decodeURIComponent(pathname.slice(subPath.length)));
  if (inside === ".." || inside.startsWith(`..${sep}`)) return undefined;
  return pathname.endsWith("/") ? join(root, inside, "index.html") : join(root, inside);
}

/** @param {import("node:http").IncomingMessage} request */
async function body(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
