// The Workers that calls run in: few at a time, each as long as it is of use.
import { InspectorError } from "./failure.js";
import type { Call, FromWorker, Progress, ToWorker, Traffic } from "./protocol.js";

/** A Worker whose module has grown beyond this is not used again: memory of a module never shrinks. */
const MEMORY_KEPT = 24 * 1024 * 1024;

/** What any call can be given. */
export interface CallOptions {
  /** Ends the call: its Worker is stopped at once. */
  readonly signal?: AbortSignal;
  /** Is told how far the call is, at most ten times a second. */
  readonly onProgress?: (progress: Progress) => void;
}

/** What a call came to. */
export interface Outcome {
  readonly result: unknown;
  /** What was asked of a server, if the package is on one. */
  readonly traffic: Traffic | undefined;
}

/** Runs calls in Workers. */
export class Workers {
  readonly #module: WebAssembly.Module;
  readonly #make: () => Worker;
  readonly #most: number;
  #idle: Worker[] = [];
  #busy = new Set<Worker>();
  #waiting: Array<() => void> = [];
  #closed = false;

  constructor(module: WebAssembly.Module, make: () => Worker, most: number) {
    this.#module = module;
    this.#make = make;
    this.#most = most;
  }

  /** Runs a call when there is a Worker for it. */
  async run(call: Call, { signal, onProgress }: CallOptions = {}): Promise<Outcome> {
    signal?.throwIfAborted();
    if (this.#busy.size >= this.#most) await this.#turn(signal);
    if (this.#closed) throw new InspectorError("internal", "the inspector was closed");
    const worker = this.#idle.pop() ?? this.#start();
    this.#busy.add(worker);
    let keep = false;
    try {
      const { outcome, memory } = await answered(worker, call, signal, onProgress);
      keep = memory <= MEMORY_KEPT;
      return outcome;
    } catch (error) {
      // It said what is wrong with a package, and goes on well.
      keep = error instanceof InspectorError && error.kind !== "internal";
      throw error;
    } finally {
      this.#busy.delete(worker);
      if (keep && !this.#closed) this.#idle.push(worker);
      else worker.terminate();
      this.#waiting.shift()?.();
    }
  }

  /** Stops all Workers, whatever they do. */
  close(): void {
    this.#closed = true;
    for (const worker of [...this.#idle, ...this.#busy]) worker.terminate();
    this.#idle = [];
    for (const go of this.#waiting.splice(0)) go();
  }

  #start(): Worker {
    const worker = this.#make();
    worker.postMessage({ module: this.#module } satisfies ToWorker);
    return worker;
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting = this.#waiting.filter((other) => other !== go);
        reject(signal?.reason);
      };
      this.#waiting.push(go);
      signal?.addEventListener("abort", giveUp, { once: true });
    });
  }
}

/** What a Worker answers to a call. */
function answered(
  worker: Worker,
  call: Call,
  signal: AbortSignal | undefined,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<{ outcome: Outcome; memory: number }> {
  return new Promise((resolve, reject) => {
    const done = () => {
      worker.onmessage = worker.onerror = worker.onmessageerror = null;
      signal?.removeEventListener("abort", abort);
    };
    const abort = () => {
      done();
      reject(signal?.reason);
    };
    let files: unknown[] | undefined;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if ("progress" in data) {
        onProgress?.(data.progress);
        return;
      }
      if ("files" in data) {
        (files ??= []).push(...data.files);
        return;
      }
      done();
      if ("failure" in data) {
        const { kind, message, size } = data.failure;
        reject(new InspectorError(kind, message, size));
      } else {
        const result = files ? { ...(data.result as object), files } : data.result;
        resolve({ outcome: { result, traffic: data.traffic }, memory: data.memory });
      }
    };
    const stop = (why: string) => {
      done();
      reject(new InspectorError("internal", `the Worker stopped: ${why}`));
    };
    worker.onerror = (event) => stop(event.message || "its script could not be started");
    worker.onmessageerror = () => stop("a message could not be read");
    signal?.addEventListener("abort", abort, { once: true });
    worker.postMessage({ call } satisfies ToWorker);
  });
}
