// Why something could not be done.
import type { FailureKind } from "./protocol.js";

/** Why something could not be done; the message is for people. */
export class InspectorError extends Error {
  /** What kind of failure it is. */
  readonly kind: FailureKind;
  /** Bytes of the package, if it is of the kind `no-ranges` and the host says it. */
  readonly size: number | undefined;

  constructor(kind: FailureKind, message: string, size?: number) {
    super(message);
    this.name = "InspectorError";
    this.kind = kind;
    this.size = size;
  }
}
