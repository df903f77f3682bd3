// The Worker: reads packages with the module, away from the page, so that the page never stands still.
import { compare, initSync, inspect, publishedBuilds, readMember, repodataRecord, rules, verify } from "../../../pkg/wasm/towpath_inspector.js";
import type { ByteSource, InitOutput } from "../../../pkg/wasm/towpath_inspector.js";
import { InspectorError } from "../failure.js";
import type { Call, FailureKind, FromWorker, Subject, ToWorker, Traffic } from "../protocol.js";
import { BlobSource } from "./blob-source.js";
import { Counted } from "./counted.js";
import { readDocument } from "./document.js";
import { openUrl } from "./http-source.js";

let wasm: InitOutput | undefined;

const post = (message: FromWorker, transfer: Transferable[] = []) => self.postMessage(message, { transfer });
const memory = () => wasm?.memory.buffer.byteLength ?? 0;

/** Milliseconds between two tellings. */
const PAUSE = 100;

/** Tells the page how far a call is, now and then. */
function telling(): (read: number, total: number) => void {
  let told = 0;
  return (read, total) => {
    const now = performance.now();
    if (now - told < PAUSE) return;
    told = now;
    post({ progress: { read, total, memory: memory() } });
  };
}

/** What a call gives: what may be moved to the page rather than copied, too. */
interface Answer {
  readonly result: unknown;
  readonly traffic?: Traffic | undefined;
  readonly transfer?: Transferable[];
}

/** Does something with the bytes of a package, all of which are read about so many times. */
async function withBytes({ place }: Subject, times: number, use: (source: ByteSource) => Answer | Promise<Answer>): Promise<Answer> {
  const tell = telling();
  const opened = "blob" in place
    ? { source: new BlobSource(place.blob), traffic: () => undefined }
    : await openUrl(place.url, place.wholeBytes, tell);
  const total = opened.source.size * times;
  const source = new Counted(opened.source, (read) => tell(Math.min(read, total), total));
  try {
    const answer = await use(source);
    return { ...answer, traffic: opened.traffic() ?? answer.traffic };
  } catch (error) {
    throw source.failure ?? error;
  }
}

function answer(call: Call): Promise<Answer> | Answer {
  switch (call.kind) {
    case "rules":
      return { result: JSON.parse(rules()) };
    case "inspect":
      return withBytes(call.subject, 1, (source) => ({
        result: JSON.parse(inspect(call.subject.name, source, call.digests)),
      }));
    case "member":
      return withBytes(call.subject, 1, (source) => {
        const pieces: Uint8Array[] = [];
        const keep = (piece: Uint8Array) => pieces.push(piece);
        const told = JSON.parse(readMember(call.subject.name, source, call.path, call.maxBytes, keep));
        const bytes = joined(pieces);
        return { result: { ...told, bytes }, transfer: [bytes.buffer] };
      });
    case "verify":
      // Once for its digests, once to look into it.
      return withBytes(call.subject, 2, (source) => {
        const choices = JSON.stringify({ now: Date.now(), ...call.choices });
        return { result: JSON.parse(verify(call.subject.name, source, choices, readDocument)) };
      });
    case "record":
      return withBytes(call.subject, 1, (source) => ({
        result: JSON.parse(repodataRecord(call.subject.name, source)),
      }));
    case "compare":
      return withBytes(call.before, 1, async (before) =>
        withBytes(call.subject, 1, (source) => ({
          result: JSON.parse(compare(call.subject.name, source, call.before.name, before)),
        })),
      );
    case "published":
      return { result: published(call.channel, call.subdir, call.name) };
  }
}

function published(channel: string, subdir: string, name: string): unknown {
  try {
    return JSON.parse(publishedBuilds(channel, subdir, name, readDocument));
  } catch (error) {
    throw isOurs(error) ? error : new InspectorError("source", (error as Error).message);
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let place = 0;
  for (const piece of pieces) {
    bytes.set(piece, place);
    place += piece.length;
  }
  return bytes;
}

/** Whether the module itself broke down, or was not there: what it says of a package is an `Error` and no more. */
const isOurs = (error: unknown) => !(error instanceof Error) || error.constructor !== Error;

/** What kind of failure it is: other errors of the module are about the package. */
function kindOf(error: unknown): FailureKind {
  if (error instanceof InspectorError) return error.kind;
  return isOurs(error) ? "internal" : "package";
}

/** Files that a message has: taking more at once would hold up the page. */
const FILES_AT_ONCE = 2000;

interface WithFiles {
  readonly files: readonly unknown[];
}

function isLong(result: unknown): result is WithFiles {
  const files = typeof result === "object" && result && "files" in result && result.files;
  return Array.isArray(files) && files.length > FILES_AT_ONCE;
}

/** Sends the files ahead; what is left is the result without them. */
function inParts({ files, ...rest }: WithFiles): unknown {
  for (let from = 0; from < files.length; from += FILES_AT_ONCE) post({ files: files.slice(from, from + FILES_AT_ONCE) });
  return rest;
}

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  if ("module" in data) {
    wasm = initSync({ module: data.module });
    return;
  }
  try {
    const { result, traffic, transfer } = await answer(data.call);
    post({ result: isLong(result) ? inParts(result) : result, traffic, memory: memory() }, transfer);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const size = error instanceof InspectorError ? error.size : undefined;
    post({ failure: { kind: kindOf(error), message, ...(size !== undefined && { size }) } });
  }
};
