// Serves a folder as a static host does: right types, gzip, 404.html, perhaps under a path.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".tsv": "text/tab-separated-values; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".xml": "application/xml; charset=utf-8",
};

/** The bytes of the file that a path names, in the folder; nothing if there is none. */
async function found(folder, path) {
  const segments = decodeURIComponent(path).split("/");
  if (segments.includes("..")) return undefined;
  return readFile(join(folder, ...segments, path.endsWith("/") ? "index.html" : "")).catch(() => undefined);
}

/** Starts a server of a folder under a prefix such as `/repo/`: its URL, and how it is stopped. */
export async function serve(folder, prefix = "/") {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const path = pathname.startsWith(prefix) ? pathname.slice(prefix.length) : undefined;
    let name = path?.endsWith("/") || path === "" ? `${path}index.html` : path;
    let bytes = path === undefined ? undefined : await found(folder, path || "/");
    const status = bytes ? 200 : 404;
    if (!bytes) [name, bytes] = ["404.html", (await found(folder, "404.html")) ?? Buffer.from("")];
    const type = TYPES[extname(name)] ?? "application/octet-stream";
    const headers = { "content-type": type, "x-content-type-options": "nosniff", "cache-control": "max-age=600" };
    if (TYPES[extname(name)] && /\bgzip\b/.test(request.headers["accept-encoding"] ?? "")) {
      headers["content-encoding"] = "gzip";
      bytes = gzipSync(bytes);
    }
    response.writeHead(status, headers).end(bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}${prefix}`;
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url, close };
}
