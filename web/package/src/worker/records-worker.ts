// The Worker that holds a channel's records: a query may take its time, and the page never stands still.
import { ChannelRecords, initSync } from "../../../pkg/wasm/towpath_records.js";
import type { InitOutput } from "../../../pkg/wasm/towpath_records.js";
import type { FromRecordsWorker, RecordsCall, RecordsFailureKind, ToRecordsWorker } from "../records-protocol.js";

let wasm: InitOutput | undefined;
let records: ChannelRecords | undefined;
let stopping = new AbortController();

const post = (message: FromRecordsWorker) => self.postMessage(message);

/** A failure that is of a kind by itself. */
class Failure extends Error {
  constructor(readonly kind: RecordsFailureKind, message: string) {
    super(message);
  }
}

/** Does something; what is thrown meanwhile is of this kind, unless the module itself broke down. */
function as<T>(kind: RecordsFailureKind, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) throw error;
    throw new Failure(kind, messageOf(error));
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** A document, and how many bytes it has if that is known. */
async function opened(source: Blob | string, signal: AbortSignal): Promise<[ReadableStream<Uint8Array>, number | undefined]> {
  if (source instanceof Blob) return [source.stream(), source.size];
  let response;
  try {
    response = await fetch(source, { signal });
  } catch (error) {
    throw new Failure("source", `${source} cannot be fetched: ${messageOf(error)}`);
  }
  if (!response.ok || !response.body) throw new Failure("source", `${source} cannot be fetched: status ${response.status}`);
  // Of a response that was compressed on its way, another number of bytes comes out.
  const length = response.headers.has("content-encoding") ? null : response.headers.get("content-length");
  return [response.body, length === null ? undefined : Number(length)];
}

/** Loads a document as it comes. */
async function add(records: ChannelRecords, subdir: string, source: Blob | string): Promise<unknown> {
  const { signal } = stopping;
  as("repodata", () => records.begin(subdir));
  try {
    const [stream, total] = await opened(source, signal);
    const reader = stream.getReader();
    const cancel = () => void reader.cancel();
    signal.addEventListener("abort", cancel);
    let read = 0;
    let told = -Infinity;
    const tell = () => {
      told = performance.now();
      post({ progress: { read, total, memory: wasm?.memory.buffer.byteLength ?? 0 } });
    };
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new Failure("source", `the document broke off: ${messageOf(error)}`);
      });
      signal.throwIfAborted();
      if (done) break;
      as("repodata", () => records.take(value));
      read += value.length;
      if (performance.now() - told > 100) tell();
    }
    const loaded: unknown = JSON.parse(as("repodata", () => records.finish()));
    tell();
    return loaded;
  } catch (error) {
    records.giveUp();
    throw error;
  }
}

function answer(records: ChannelRecords, call: RecordsCall): unknown {
  switch (call.kind) {
    case "add":
      return add(records, call.subdir, call.source);
    case "begin":
      return as("repodata", () => records.begin(call.subdir));
    case "take":
      return as("repodata", () => records.take(call.piece));
    case "finish":
      return JSON.parse(as("repodata", () => records.finish()));
    case "give-up":
      return records.giveUp();
    case "shard":
      return JSON.parse(as("repodata", () => records.addShard(call.subdir, call.bytes)));
    case "tables":
      return JSON.parse(ChannelRecords.tables());
    case "count":
      return records.count();
    case "select":
      return JSON.parse(as("query", () => records.select(call.sql)));
    case "search":
      return JSON.parse(records.search(call.words, call.limit));
  }
}

self.onmessage = async ({ data }: MessageEvent<ToRecordsWorker>) => {
  if ("module" in data) {
    wasm = initSync({ module: data.module });
    records = new ChannelRecords();
    return;
  }
  if ("stop" in data) {
    stopping.abort();
    return;
  }
  stopping = new AbortController();
  try {
    if (!records) throw new Failure("internal", "the module was not loaded");
    post({ result: await answer(records, data.call) });
  } catch (error) {
    post({ failure: { kind: error instanceof Failure ? error.kind : "internal", message: messageOf(error) } });
  }
};
