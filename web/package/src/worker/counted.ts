// Counts what is read of a package, tells of it, and remembers why reading failed.
import type { ByteSource } from "../../../pkg/wasm/towpath_inspector.js";
import { InspectorError } from "../failure.js";

/** The bytes of a package, and why they could not be read, if so: the module only keeps the words. */
export class Counted implements ByteSource {
  readonly size: number;
  readonly isFar: boolean;
  readonly end?: Uint8Array;
  failure: InspectorError | undefined;
  #read = 0;
  readonly #source: ByteSource;
  readonly #tell: (read: number) => void;

  constructor(source: ByteSource, tell: (read: number) => void) {
    this.size = source.size;
    this.isFar = source.isFar;
    if (source.end) this.end = source.end;
    this.#source = source;
    this.#tell = tell;
  }

  read(start: number, length: number): Uint8Array {
    const bytes = this.#bytes(start, length);
    this.#read += bytes.length;
    this.#tell(this.#read);
    return bytes;
  }

  #bytes(start: number, length: number): Uint8Array {
    try {
      return this.#source.read(start, length);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.failure = error instanceof InspectorError ? error : new InspectorError("source", message);
      throw this.failure;
    }
  }
}
