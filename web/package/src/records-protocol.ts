// What passes between the page and the Worker that holds a channel's records: one call at a time.

/** How much of a document has come. */
export interface LoadProgress {
  /** Bytes that were read, as the server sends them. */
  readonly read: number;
  /** How many there are, if that is known. */
  readonly total: number | undefined;
  /** Bytes of memory that the module has. */
  readonly memory: number;
}

/** What is asked of the Worker. */
export type RecordsCall =
  | { readonly kind: "add"; readonly subdir: string; readonly source: Blob | string }
  | { readonly kind: "begin"; readonly subdir: string }
  | { readonly kind: "take"; readonly piece: Uint8Array }
  | { readonly kind: "finish" }
  | { readonly kind: "give-up" }
  | { readonly kind: "shard"; readonly subdir: string; readonly bytes: Uint8Array }
  | { readonly kind: "tables" }
  | { readonly kind: "count" }
  | { readonly kind: "select"; readonly sql: string }
  | { readonly kind: "search"; readonly words: string; readonly limit: number };

/** What kind of failure it is. */
export type RecordsFailureKind =
  /** The query cannot be answered: the message says why, for who wrote it. */
  | "query"
  /** The document is no repodata: the message says why. */
  | "repodata"
  /** The file or the server cannot be read: the message says why. */
  | "source"
  /** The records are gone with a query that was ended, and have to be loaded again. */
  | "gone"
  /** Our own fault. */
  | "internal";

/** What the Worker is told: first the module, then calls, and that the call under way is to end. */
export type ToRecordsWorker =
  | { readonly module: WebAssembly.Module }
  | { readonly call: RecordsCall }
  | { readonly stop: true };

/** What the Worker tells. */
export type FromRecordsWorker =
  | { readonly progress: LoadProgress }
  | { readonly result: unknown }
  | { readonly failure: { readonly kind: RecordsFailureKind; readonly message: string } };
