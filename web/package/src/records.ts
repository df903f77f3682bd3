// A channel's records: loaded once, and asked in SQL and by words.
import { absolute } from "./address.js";
import { compiled } from "./inspector.js";
import type { FromRecordsWorker, LoadProgress, RecordsCall, RecordsFailureKind, ToRecordsWorker } from "./records-protocol.js";
import type { Hits, Loaded, Table, TableDescription } from "./records-types.js";

/** Why records could not be loaded or asked; the message is for people. */
export class RecordsError extends Error {
  /** What kind of failure it is. */
  readonly kind: RecordsFailureKind;

  constructor(kind: RecordsFailureKind, message: string) {
    super(message);
    this.name = "RecordsError";
    this.kind = kind;
  }
}

/** Where the parts are. All can be left out: then they are beside this script. */
export interface RecordsOptions {
  /** The module, compiled, on its way, or where it is. */
  readonly module?: WebAssembly.Module | Response | Promise<WebAssembly.Module | Response> | URL | string;
  /** Makes a Worker of `records-worker.js`, where it cannot be loaded from its own URL. */
  readonly worker?: () => Worker;
}

/** How a question can be ended. */
export interface AskOptions {
  /**
   * Ends the question at once. One that is being answered is ended with its Worker: the records are loaded
   * again, from where they came, with the next question.
   */
  readonly signal?: AbortSignal;
}

/** How a document is loaded. */
export interface AddOptions {
  /** Ends the loading; what was loaded before stays. */
  readonly signal?: AbortSignal;
  /** Is told how much has come, at most ten times a second. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** How packages are searched for. */
export interface SearchOptions extends AskOptions {
  /** How many packages are given; 50, if nothing is said. */
  readonly limit?: number;
}

/** What was loaded, and may have to be loaded again. */
type Origin = { readonly subdir: string; readonly source: Blob | string } | { readonly subdir: string; readonly shard: Uint8Array } | "stream";

/**
 * A channel's records in memory, in a Worker of their own.
 *
 * ```js
 * const records = await ChannelRecords.load();
 * await records.addSubdir("noarch", "https://example.org/channel/noarch/repodata.json.zst");
 * const { columns, rows } = await records.select("SELECT name, version FROM records WHERE newest");
 * const { packages } = await records.search("numpy");
 * ```
 */
export class ChannelRecords {
  readonly #module: WebAssembly.Module;
  readonly #make: () => Worker;
  #worker: Worker | undefined;
  #origins: Origin[] = [];
  /** Settles when the call before has. */
  #before: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(module: WebAssembly.Module, make: () => Worker) {
    this.#module = module;
    this.#make = make;
  }

  /** Loads the module, of about 1.2 MB. */
  static async load(options: RecordsOptions = {}): Promise<ChannelRecords> {
    const module = await compiled(options.module ?? new URL("./records.wasm", import.meta.url));
    const make = options.worker ?? (() => new Worker(new URL("./records-worker.js", import.meta.url), { type: "module" }));
    return new ChannelRecords(module, make);
  }

  /**
   * Loads `repodata.json` of a subdir, as it is or compressed with zstd (`repodata.json.zst`): from a URL, a
   * file, or as a stream. It is read as it comes. Of records with the same subdir and file name the last one
   * stays. A record that is none is left out, and counted.
   */
  addSubdir(subdir: string, source: URL | string | Blob | ReadableStream<Uint8Array>, options: AddOptions = {}): Promise<Loaded> {
    if (source instanceof ReadableStream) return this.#turn(() => this.#addStream(subdir, source, options), options.signal, true);
    const origin = { subdir, source: source instanceof Blob ? source : absolute(source) };
    return this.#turn(async () => {
      const loaded = await this.#ask({ kind: "add", ...origin }, { ...options, gently: true });
      this.#origins.push(origin);
      return loaded as Loaded;
    }, options.signal, true);
  }

  /** Loads a shard of a subdir's sharded repodata (CEP 16): the records of one package. */
  addShard(subdir: string, shard: Uint8Array): Promise<Loaded> {
    return this.#turn(async () => {
      const loaded = await this.#ask({ kind: "shard", subdir, bytes: shard });
      this.#origins.push({ subdir, shard });
      return loaded as Loaded;
    }, undefined, true);
  }

  /** The tables that can be asked, with what their columns mean. */
  tables(): Promise<TableDescription[]> {
    return this.#turn(async () => (await this.#ask({ kind: "tables" })) as TableDescription[]);
  }

  /** How many records there are. */
  count(): Promise<number> {
    return this.#turn(async () => (await this.#ask({ kind: "count" })) as number);
  }

  /** Answers one `SELECT`. At most 10,000 rows are given; `truncated` says whether there are more. */
  select(sql: string, options: AskOptions = {}): Promise<Table> {
    return this.#turn(async () => (await this.#ask({ kind: "select", sql }, options)) as Table, options.signal);
  }

  /** Finds packages by words: by their names first, then by licenses and by what they depend on. */
  search(words: string, { limit = 50, ...options }: SearchOptions = {}): Promise<Hits> {
    return this.#turn(async () => (await this.#ask({ kind: "search", words, limit }, options)) as Hits, options.signal);
  }

  /** Stops everything, and lets go of the records. */
  close(): void {
    this.#closed = true;
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#origins = [];
    this.#fail?.(new RecordsError("internal", "the records were closed"));
  }

  /** Ends the call that is under way, for a Worker that is stopped answers no more. */
  #fail: ((error: unknown) => void) | undefined;

  /** Does something when all that was asked before is done; with records that are gone only what `brings` some. */
  #turn<T>(action: () => Promise<T>, signal?: AbortSignal, brings = false): Promise<T> {
    const turn = this.#before.then(async () => {
      signal?.throwIfAborted();
      await this.#start(brings);
      return await action();
    });
    this.#before = turn.catch(() => undefined);
    if (!signal) return turn;
    // Whoever waits for their turn need not wait any longer.
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      turn.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    });
  }

  /** Sees to it that there is a Worker with all records. */
  async #start(brings: boolean): Promise<void> {
    if (this.#closed) throw new RecordsError("internal", "the records were closed");
    if (this.#worker) return;
    if (this.#origins.includes("stream")) {
      if (!brings) throw new RecordsError("gone", "the records are gone with the query that was ended: they have to be loaded again");
      this.#origins = [];
    }
    this.#worker = this.#make();
    this.#worker.postMessage({ module: this.#module } satisfies ToRecordsWorker);
    try {
      for (const origin of this.#origins) {
        if (origin === "stream") continue;
        if ("shard" in origin) await this.#ask({ kind: "shard", subdir: origin.subdir, bytes: origin.shard });
        else await this.#ask({ kind: "add", ...origin });
      }
    } catch (error) {
      this.#stop();
      throw error;
    }
  }

  async #addStream(subdir: string, stream: ReadableStream<Uint8Array>, { signal, onProgress }: AddOptions): Promise<Loaded> {
    await this.#ask({ kind: "begin", subdir });
    const reader = stream.getReader();
    // Those who ask next do not wait for what may never come.
    const abort = () => void reader.cancel(signal?.reason).catch(() => undefined);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      let read = 0;
      for (;;) {
        const { done, value } = await reader.read();
        signal?.throwIfAborted();
        if (done) break;
        await this.#ask({ kind: "take", piece: value });
        read += value.length;
        onProgress?.({ read, total: undefined, memory: 0 });
      }
      const loaded = await this.#ask({ kind: "finish" });
      this.#origins.push("stream");
      return loaded as Loaded;
    } catch (error) {
      await reader.cancel(error).catch(() => undefined);
      if (this.#worker) await this.#ask({ kind: "give-up" });
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  #stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  /** Asks the Worker. A signal stops it, or has it end by itself if that can be done `gently`. */
  #ask(call: RecordsCall, { signal, onProgress, gently = false }: AddOptions & { readonly gently?: boolean } = {}): Promise<unknown> {
    const worker = this.#worker;
    if (!worker) return Promise.reject(new RecordsError("internal", "the records were closed"));
    return new Promise((resolve, reject) => {
      const done = () => {
        worker.onmessage = worker.onerror = worker.onmessageerror = null;
        signal?.removeEventListener("abort", abort);
        this.#fail = undefined;
      };
      const fail = (error: unknown) => {
        done();
        reject(error);
      };
      const abort = () => {
        if (gently) {
          worker.postMessage({ stop: true } satisfies ToRecordsWorker);
          return;
        }
        this.#stop();
        fail(signal?.reason);
      };
      worker.onmessage = ({ data }: MessageEvent<FromRecordsWorker>) => {
        if ("progress" in data) {
          onProgress?.(data.progress);
        } else if ("failure" in data) {
          const { kind, message } = data.failure;
          // A module that broke down is not to be asked again.
          if (kind === "internal" && !signal?.aborted) this.#stop();
          fail(signal?.aborted ? signal.reason : new RecordsError(kind, message));
        } else {
          done();
          resolve(data.result);
        }
      };
      const broke = (why: string) => {
        this.#stop();
        fail(new RecordsError("internal", `the Worker stopped: ${why}`));
      };
      worker.onerror = (event) => broke(event.message || "its script could not be started");
      worker.onmessageerror = () => broke("a message could not be read");
      signal?.addEventListener("abort", abort, { once: true });
      this.#fail = fail;
      worker.postMessage({ call } satisfies ToRecordsWorker);
    });
  }
}
