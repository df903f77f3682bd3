// Hosts of packages of several kinds, which count what is asked of them.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { createGzip } from "node:zlib";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };

/** The first and the last byte that a Range header asks for; nothing if it asks for none. */
function asked(header, size) {
  const [, from, to] = header?.match(/^bytes=(\d*)-(\d*)$/) ?? [];
  if (from === undefined) return undefined;
  if (from === "") return [Math.max(size - Number(to), 0), size - 1];
  return [Number(from), to === "" ? size - 1 : Math.min(Number(to), size - 1)];
}

/**
 * Serves folders by the first part of a path. `ranges`: whether parts of files are given; a host that gives
 * none compresses, as GitHub Pages does. `cors`: whether other sites may read. `headed(headers, method)`:
 * changes the headers of an answer.
 */
export async function hostPackages(folders, { ranges = true, cors = false, headed = () => {} } = {}) {
  const log = [];
  const server = createServer((request, response) => {
    const [, first, ...rest] = decodeURIComponent(new URL(request.url, "http://localhost").pathname).split("/");
    const headers = { ...(cors && { "access-control-allow-origin": "*" }) };
    const path = folders[first] && !rest.includes("..") && join(folders[first], ...rest);
    const found = path && statSync(path, { throwIfNoEntry: false });
    if (!found?.isFile()) {
      response.writeHead(404, headers).end();
      return;
    }
    const { size } = found;
    Object.assign(headers, {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      etag: `"${size}"`,
      ...(ranges && { "accept-ranges": "bytes" }),
    });
    const range = ranges && asked(request.headers.range, size);
    const [start, end] = range || [0, size - 1];
    const entry = { method: request.method, path: rest.join("/"), status: range ? 206 : 200, bytes: 0 };
    log.push(entry);
    if (range) headers["content-range"] = `bytes ${start}-${end}/${size}`;
    const isPacked = !ranges && /gzip/.test(request.headers["accept-encoding"] ?? "");
    if (isPacked) headers["content-encoding"] = "gzip";
    else headers["content-length"] = end - start + 1;
    headed(headers, request.method);
    response.writeHead(entry.status, headers);
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    const bytes = createReadStream(path, { start, end });
    bytes.on("data", (piece) => (entry.bytes += piece.length));
    (isPacked ? bytes.pipe(createGzip({ level: 1 })) : bytes).pipe(response);
    response.on("close", () => bytes.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, log, close };
}
