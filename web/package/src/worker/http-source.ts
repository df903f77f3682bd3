// The bytes of a package on a server: in ranges, if the host has them.
import type { ByteSource } from "../../../pkg/wasm/towpath_inspector.js";
import { InspectorError } from "../failure.js";
import type { Traffic } from "../protocol.js";
import { BlobSource } from "./blob-source.js";

/** How much of the end is asked for first: most packages have their metadata there. */
const END = 64 * 1024;

/** A package on a server, and what reading it took. */
export interface Opened {
  readonly source: ByteSource;
  readonly traffic: () => Traffic;
}

/**
 * Opens a package on a server. The host itself is asked whether it gives parts of a file; if it does not,
 * the whole file is fetched, unless it has more than so many bytes.
 */
export async function openUrl(url: string, wholeBytes: number, tell: (read: number, total: number) => void): Promise<Opened> {
  let requests = 0;
  const ask = async (init: RequestInit): Promise<Response> => {
    requests += 1;
    try {
      return await fetch(url, { credentials: "same-origin", referrerPolicy: "no-referrer", ...init });
    } catch {
      throw new InspectorError("source", unreachable(url));
    }
  };
  const range = await endRange(url, ask);
  const cancel = new AbortController();
  const response = await ask({ headers: { range: range.header }, signal: cancel.signal });
  // Of what begins at 0, all comes that there is: it may be too much.
  if (response.status === 206 && !range.isWhole) {
    const bytes = new Uint8Array(await response.arrayBuffer().catch(() => brokeOff(url)));
    const part = partOf(response.headers.get("content-range"));
    const size = part?.size ?? range.size;
    if (size === undefined || bytes.length > size) {
      throw new InspectorError("source", `${url}: the host does not say how large the file is`);
    }
    const isEnd = !part || part.start + bytes.length === size;
    const source = new HttpSource(url, size, isEnd ? bytes : undefined, response.headers);
    return {
      source,
      traffic: () => ({ requests: requests + source.requests, bytes: bytes.length + source.bytes, ranges: true }),
    };
  }
  if (response.status !== 200 && response.status !== 206) throw refused(url, response.status);
  const blob = await whole(response, wholeBytes, cancel, tell).catch((error) => (error instanceof InspectorError ? Promise.reject(error) : brokeOff(url)));
  return { source: new BlobSource(blob), traffic: () => ({ requests, bytes: blob.size, ranges: false }) };
}

/**
 * The range that is the end of the file. Another origin may be asked for a range that begins somewhere
 * without asking its leave first, but not for the last bytes, so that its size has to be known before.
 */
async function endRange(
  url: string,
  ask: (init: RequestInit) => Promise<Response>,
): Promise<{ header: string; size?: number; isWhole?: boolean }> {
  if (new URL(url).origin === self.location.origin) return { header: `bytes=-${END}` };
  const head = await ask({ method: "HEAD" });
  if (!head.ok) throw refused(url, head.status);
  const size = Number(head.headers.get("content-length") ?? Number.NaN);
  if (!(size > 0)) return { header: "bytes=0-", isWhole: true };
  return { header: `bytes=${Math.max(size - END, 0)}-${size - 1}`, size };
}

/** The whole file, if it is not too large. */
async function whole(
  response: Response,
  most: number,
  cancel: AbortController,
  tell: (read: number, total: number) => void,
): Promise<Blob> {
  const length = response.headers.get("content-length");
  // Of a body that is encoded on its way, this is the size on the way.
  const promised = length === null ? undefined : Number(length);
  const refuse = (size: number | undefined) => {
    cancel.abort();
    return new InspectorError("no-ranges", tooLarge(response.url, most), size);
  };
  if (promised !== undefined && promised > most) throw refuse(promised);
  const pieces: BlobPart[] = [];
  let read = 0;
  const reader = response.body?.getReader();
  for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
    read += piece.value.length;
    if (read > most) throw refuse(undefined);
    pieces.push(piece.value);
    tell(read, Math.max(promised ?? read, read));
  }
  return new Blob(pieces);
}

/** Ranges of a file on a server, each asked for when it is read. */
class HttpSource implements ByteSource {
  readonly isFar = true;
  requests = 0;
  bytes = 0;
  readonly #url: string;
  readonly #validator: string | undefined;
  readonly #headers: Headers;
  readonly end?: Uint8Array;

  constructor(
    url: string,
    readonly size: number,
    end: Uint8Array | undefined,
    headers: Headers,
  ) {
    this.#url = url;
    if (end) this.end = end;
    this.#headers = headers;
    const etag = headers.get("etag");
    const strong = etag?.startsWith("W/") ? undefined : etag;
    const isOwn = new URL(url).origin === self.location.origin;
    // Another origin would have to give its leave for this header.
    this.#validator = isOwn ? (strong ?? headers.get("last-modified") ?? undefined) : undefined;
  }

  read(start: number, length: number): Uint8Array {
    const request = new XMLHttpRequest();
    request.open("GET", this.#url, false);
    request.responseType = "arraybuffer";
    request.setRequestHeader("range", `bytes=${start}-${start + length - 1}`);
    if (this.#validator) request.setRequestHeader("if-range", this.#validator);
    this.requests += 1;
    try {
      request.send();
    } catch {
      throw new InspectorError("source", unreachable(this.#url));
    }
    if (request.status !== 200 && request.status !== 206) throw refused(this.#url, request.status);
    const headers = headersOf(request);
    const part = partOf(headers.get("content-range"));
    const isOther = part && (part.start !== start || part.size !== this.size);
    const bytes = new Uint8Array(request.response as ArrayBuffer);
    if (request.status === 200 || isOther || bytes.length !== length || !areOfOne(this.#headers, headers)) {
      throw new InspectorError("source", `${this.#url}: the file changed while it was read, or the host stopped giving parts of it`);
    }
    this.bytes += bytes.length;
    return bytes;
  }
}

/** What `bytes 0-1/200` tells: where the part begins, and how large the file is. */
function partOf(contentRange: string | null): { start: number; size: number } | undefined {
  const [, start, size] = contentRange?.match(/^bytes (\d+)-\d+\/(\d+)$/) ?? [];
  return start === undefined ? undefined : { start: Number(start), size: Number(size) };
}

/** What the page may see of the headers: a browser complains of one that is asked for and may not be seen. */
function headersOf(request: XMLHttpRequest): Headers {
  const lines = request.getAllResponseHeaders().split("\r\n").filter(Boolean);
  return new Headers(lines.map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]));
}

/** Whether two parts may be of one version of a file: what both say of it is the same. Any origin may say the date. */
function areOfOne(one: Headers, other: Headers): boolean {
  return ["etag", "last-modified"].every((name) => {
    const [before, now] = [one.get(name), other.get(name)];
    return before === null || now === null || before === now;
  });
}

const refused = (url: string, status: number) =>
  new InspectorError("source", status === 404 ? `there is no file at ${url}` : `${url}: the server answers with status ${status}`);

function brokeOff(url: string): never {
  throw new InspectorError("source", `${url} broke off: the network may be off`);
}

const unreachable = (url: string) =>
  `${url} cannot be fetched from here: the network may be off, the host may not let other sites read its files, or this page may not talk to it`;

const tooLarge = (url: string, most: number) =>
  `${url}: the host gives no parts of files, and the whole file has more than ${Math.floor(most / 1e6)} MB: download it, and open the download`;
