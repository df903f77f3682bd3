// The bytes of a file that is on this machine.
import type { ByteSource } from "../../../pkg/wasm/towpath_inspector.js";

/** Slices of a file: it is never in memory as a whole. */
export class BlobSource implements ByteSource {
  readonly isFar = false;
  readonly size: number;
  readonly #blob: Blob;
  readonly #reader = new FileReaderSync();

  constructor(blob: Blob) {
    this.#blob = blob;
    this.size = blob.size;
  }

  read(start: number, length: number): Uint8Array {
    return new Uint8Array(this.#reader.readAsArrayBuffer(this.#blob.slice(start, start + length)));
  }
}
