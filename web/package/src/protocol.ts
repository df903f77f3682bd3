// What passes between the page and its Workers: one call at a time, its progress, its answer.
import type { VerifyChoices } from "./verify-choices.js";

/** Where the bytes of a package are. */
export type Place =
  | { readonly blob: Blob }
  | { readonly url: string; /** Bytes of a file that is fetched whole from a host without ranges. */ readonly wholeBytes: number };

/** A package that a call is about. */
export interface Subject {
  readonly name: string;
  readonly place: Place;
}

/** What is asked. */
export type Call =
  | { readonly kind: "inspect"; readonly subject: Subject; readonly digests: boolean }
  | { readonly kind: "member"; readonly subject: Subject; readonly path: string; readonly maxBytes: number }
  | { readonly kind: "verify"; readonly subject: Subject; readonly choices: VerifyChoices }
  | { readonly kind: "record"; readonly subject: Subject }
  | { readonly kind: "compare"; readonly subject: Subject; readonly before: Subject }
  | { readonly kind: "published"; readonly channel: string; readonly subdir: string; readonly name: string }
  | { readonly kind: "rules" };

/** How far a call is. */
export interface Progress {
  /** Bytes of the package that were read. Some are read twice. */
  readonly read: number;
  /** About how many will be read in all. */
  readonly total: number;
  /** Bytes of memory that the module has. */
  readonly memory: number;
}

/** What was asked of a server. */
export interface Traffic {
  /** Requests that were made. */
  readonly requests: number;
  /** Bytes of the package that came. */
  readonly bytes: number;
  /** Whether the host gives parts of a file; if not, all of it came. */
  readonly ranges: boolean;
}

/** What kind of failure it is. */
export type FailureKind =
  /** The package cannot be read, or has no such member: the message says why. */
  | "package"
  /** The file or the server cannot be read: the message says why. */
  | "source"
  /** The host gives no part of a file, and all of it is more than may be fetched. */
  | "no-ranges"
  /** Our own fault. */
  | "internal";

/** What a Worker is told: first the module, then calls. */
export type ToWorker = { readonly module: WebAssembly.Module } | { readonly call: Call };

/** What a Worker tells. */
export type FromWorker =
  | { readonly progress: Progress }
  | { /** Some of many files of the result, which comes without them. */ readonly files: readonly unknown[] }
  | { readonly result: unknown; readonly memory: number; readonly traffic: Traffic | undefined }
  | { readonly failure: { readonly kind: FailureKind; readonly message: string; readonly size?: number } };
