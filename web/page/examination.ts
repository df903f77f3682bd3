// One package that was opened: what is known of it so far, and what is under way.
import { fileNameOf } from "../package/src/address.js";
import { InspectorError } from "../package/src/index.js";
import type { Inspection, Inspector, Package, Progress, Rule, Traffic, Verification } from "../package/src/index.js";

/** A package on a server that is larger is only read as a whole when somebody says so. */
const AT_ONCE = 32_000_000;

/**
 * That a channel lacks a dependency is no finding here: most are used with others, which this page may not
 * read. The part about dependencies says it.
 */
export const IGNORED = "G603";

/** Where a package is from. */
export type Source = File | URL;

/** What its metadata came to. */
export type Inspected =
  | { readonly state: "reading" }
  | { readonly state: "read"; readonly inspection: Inspection; readonly traffic: Traffic | undefined }
  | { readonly state: "failed"; readonly failure: Failure };

/** What its check came to. */
export type Checked =
  | { readonly state: "waiting" }
  | { readonly state: "offered" }
  | { readonly state: "running"; readonly progress?: Progress }
  | { readonly state: "done"; readonly verification: Verification; readonly rules: ReadonlyMap<string, Rule> }
  | { readonly state: "cancelled" }
  | { readonly state: "failed"; readonly failure: Failure };

/** Why something could not be done, in words. */
export interface Failure {
  readonly kind: InspectorError["kind"];
  readonly message: string;
}

/** One check at a time: another Worker is free for what the reader asks meanwhile. */
let lastCheck: Promise<unknown> = Promise.resolve();

/** A package that was opened. */
export class Examination {
  readonly name: string;
  inspected: Inspected = { state: "reading" };
  checked: Checked = { state: "waiting" };
  readonly #opened: Promise<{ inspector: Inspector; pkg: Package }>;
  readonly #changed: () => void;
  #begun = false;
  /** Whether there is, or was, something that its check came to. */
  #isDecided = false;
  #cancel = new AbortController();

  /** `changed` is called whenever more is known; a channel is what it is compared with. */
  constructor(
    inspector: Promise<Inspector>,
    readonly source: Source,
    readonly channel: URL | undefined,
    changed: () => void,
  ) {
    this.name = source instanceof File ? source.name : fileNameOf(source);
    this.#opened = inspector.then((inspector) => ({ inspector, pkg: inspector.open(source) }));
    this.#changed = changed;
    if (source instanceof File) this.check();
  }

  /** Bytes of the file, as far as that is known. */
  get size(): number | undefined {
    if (this.source instanceof File) return this.source.size;
    return this.inspected.state === "read" ? this.inspected.inspection.size : undefined;
  }

  /** The package, when the module is there. */
  get package(): Promise<Package> {
    return this.#opened.then(({ pkg }) => pkg);
  }

  /** The inspector that it is opened with. */
  get inspector(): Promise<Inspector> {
    return this.#opened.then(({ inspector }) => inspector);
  }

  /** Reads its metadata, once. */
  async inspect(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    try {
      const { pkg } = await this.#opened;
      const inspection = await pkg.inspect();
      this.inspected = { state: "read", inspection, traffic: pkg.traffic };
    } catch (error) {
      this.inspected = { state: "failed", failure: failureOf(error) };
    }
    if (!(this.source instanceof File) && !this.#isDecided) this.#decide();
    this.#changed();
  }

  /** Of a package on a server: checks it now, or offers to. */
  #decide(): void {
    this.#isDecided = true;
    if (this.inspected.state === "failed" && this.inspected.failure.kind !== "package") {
      this.checked = { state: "failed", failure: this.inspected.failure };
    } else if ((this.size ?? Infinity) > AT_ONCE) {
      this.checked = { state: "offered" };
    } else this.check();
  }

  /** Checks it, when its turn comes. */
  check(): void {
    this.checked = { state: "waiting" };
    this.#cancel = new AbortController();
    const { signal } = this.#cancel;
    // That one cannot be shown does not hold up the others.
    lastCheck = lastCheck.then(() => this.#check(signal)).catch(reportError);
  }

  /** Checks it once more, and reads its metadata once more if it was its server that failed. */
  checkAgain(): void {
    this.check();
    if (this.inspected.state !== "failed" || this.inspected.failure.kind === "package") return;
    this.inspected = { state: "reading" };
    this.#begun = false;
    void this.inspect();
  }

  async #check(signal: AbortSignal): Promise<void> {
    const tell = (checked: Checked) => {
      this.checked = checked;
      this.#changed();
    };
    if (signal.aborted) return;
    tell({ state: "running" });
    try {
      const { inspector, pkg } = await this.#opened;
      const onProgress = (progress: Progress) => !signal.aborted && tell({ state: "running", progress });
      const [verification, rules] = await Promise.all([pkg.verify({ signal, onProgress, ...(this.channel && { channel: this.channel, ignore: [IGNORED] }) }), inspector.rules()]);
      if (!signal.aborted) tell({ state: "done", verification, rules: new Map(rules.map((rule) => [rule.code, rule])) });
    } catch (error) {
      if (!signal.aborted) tell({ state: "failed", failure: failureOf(error) });
    }
  }

  /** Ends the check. */
  cancel(): void {
    this.#cancel.abort();
    this.#isDecided = true;
    this.checked = { state: "cancelled" };
    this.#changed();
  }
}

/** What is told of an error. Whatever the module did not foresee is our own fault. */
export function failureOf(error: unknown): Failure {
  if (error instanceof InspectorError) return { kind: error.kind, message: error.message };
  return { kind: "internal", message: error instanceof Error ? error.message : String(error) };
}
