// A package that was opened: what can be asked of it.
import { absolute, fileNameOf } from "./address.js";
import type { Place, Subject, Traffic } from "./protocol.js";
import type { Comparison, Inspection, Report } from "./types.js";
import type { VerifyChoices } from "./verify-choices.js";
import type { CallOptions, Workers } from "./workers.js";

/** How a package is opened. */
export interface OpenOptions {
  /** The name of its file, if the file or the URL does not say it: `numpy-2.0.0-py312_0.conda`. */
  readonly name?: string;
  /** Bytes of a file that is fetched whole if its host gives no parts of files; 64 MiB, if nothing is said. */
  readonly wholeBytes?: number;
}

/** What was found in a package. */
export interface Verification {
  /** What `towpath verify --json` says of it. */
  readonly report: Report & { /** Whether nothing was found that is an error. */ readonly fit: boolean };
  /** The same in Markdown, for a comment of a pull request: text of the package does nothing in it. */
  readonly markdown: string;
  /** The same in SARIF 2.1.0, which code scanning services read. */
  readonly sarif: object;
  /** Why the channel could not be read, if one was named: then nothing was compared with it. */
  readonly channel_failure: string | null;
}

/** A member of a package. */
export interface Member {
  /** Its path, or that of the member which it is a link to. */
  readonly path: string;
  /** What kind of link led there, if one did. */
  readonly followed: string | null;
  /** Its content. */
  readonly bytes: Uint8Array;
  /** Whether there is more of it than was asked for. */
  readonly truncated: boolean;
}

/** What a package installs, and where the list is from. */
export type PackageFiles = Pick<Inspection, "files" | "files_from">;

/** Bytes of a file that is fetched whole from a host without ranges. */
const WHOLE_BYTES = 64 * 1024 * 1024;
/** Bytes of a member that are given out. */
const MEMBER_BYTES = 16 * 1024 * 1024;

/** A package that was opened. Each question reads of it what it needs. */
export class Package {
  /** The name of its file. */
  readonly name: string;
  readonly #workers: Workers;
  readonly #subject: Subject;
  #inspection: Inspection | undefined;
  #traffic: Traffic | undefined;

  /** @internal */
  constructor(workers: Workers, source: Blob | URL | string, { name, wholeBytes }: OpenOptions) {
    const place: Place = source instanceof Blob
      ? { blob: source }
      : { url: absolute(source), wholeBytes: wholeBytes ?? WHOLE_BYTES };
    this.#workers = workers;
    this.name = name ?? nameOf(source);
    this.#subject = { name: this.name, place };
  }

  /** What the last answer took, of a package on a server. */
  get traffic(): Traffic | undefined {
    return this.#traffic;
  }

  /**
   * What `towpath inspect --json` prints. Of a `.conda` only its directory and its metadata are read, of a
   * `.tar.bz2` what comes before them too. With `digests`, the whole file is read for its MD5 and SHA-256.
   */
  async inspect({ digests = false, ...options }: CallOptions & { readonly digests?: boolean } = {}): Promise<Inspection> {
    return (await this.#ask({ kind: "inspect", subject: this.#subject, digests }, options)) as Inspection;
  }

  /** What it installs. */
  async files(options: CallOptions = {}): Promise<PackageFiles> {
    // Only what came is kept: whoever asks meanwhile has a signal of their own.
    const { files, files_from } = (this.#inspection ??= await this.inspect(options));
    return { files, files_from };
  }

  /** The content of a member, such as `info/index.json` or `bin/lock`: at most 16 MiB, if nothing is said. */
  async readMember(path: string, { maxBytes = MEMBER_BYTES, ...options }: CallOptions & { readonly maxBytes?: number } = {}): Promise<Member> {
    return (await this.#ask({ kind: "member", subject: this.#subject, path, maxBytes }, options)) as Member;
  }

  /** Checks it by the rules of `towpath verify`. The whole file is read, in little memory. */
  async verify({ signal, onProgress, ...choices }: CallOptions & VerifyChoices = {}): Promise<Verification> {
    const options = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
    const { channel, ...others } = choices;
    const chosen = { ...others, ...(channel !== undefined && { channel: absolute(channel) }) };
    return (await this.#ask({ kind: "verify", subject: this.#subject, choices: chosen }, options)) as Verification;
  }

  /** What is other in it than in another package, say the build of its name that a channel has. */
  async compare(before: Package, options: CallOptions = {}): Promise<Comparison> {
    return (await this.#ask({ kind: "compare", subject: this.#subject, before: before.#subject }, options)) as Comparison;
  }

  /** The record that a channel has of it, as `towpath index` makes it. The whole file is read. */
  async repodataRecord(options: CallOptions = {}): Promise<Record<string, unknown>> {
    return (await this.#ask({ kind: "record", subject: this.#subject }, options)) as Record<string, unknown>;
  }

  async #ask(call: Parameters<Workers["run"]>[0], options: CallOptions): Promise<unknown> {
    const { result, traffic } = await this.#workers.run(call, options);
    this.#traffic = traffic;
    return result;
  }
}

/** The name of a file, by itself or by its URL. */
function nameOf(source: Blob | URL | string): string {
  if (source instanceof File) return source.name;
  if (source instanceof Blob) throw new TypeError("a Blob has no name: say what the package's file is called");
  return fileNameOf(new URL(absolute(source)));
}
