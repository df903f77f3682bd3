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
  /** What is being answered, and how it is ended: a Worker that is stopped answers no more. */
  #busy = new Map<Worker, (error: unknown) => void>();
  /** How many calls have their turn. */
  #running = 0;
  #waiting: Array<() => void> = [];
  #closed = false;

  constructor(module: WebAssembly.Module, make: () => Worker, most: number) {
    this.#module = module;
    this.#make = make;
    this.#most = most;
  }

  /** Runs a call when there is a Worker for it. */
  async run(call: Call, options: CallOptions = {}): Promise<Outcome> {
    options.signal?.throwIfAborted();
    if (this.#running < this.#most) this.#running++;
    else await this.#turn(options.signal);
    try {
      return await this.#run(call, options);
    } finally {
      // The turn is handed on, so that nobody comes between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  async #run(call: Call, { signal, onProgress }: CallOptions): Promise<Outcome> {
    if (this.#closed) throw closed();
    // It may have been ended when its turn had just come.
    signal?.throwIfAborted();
    const worker = this.#idle.pop() ?? this.#start();
    let keep = false;
    try {
      const stopped = new Promise<never>((_, reject) => this.#busy.set(worker, reject));
      const { outcome, memory } = await Promise.race([answered(worker, call, signal, onProgress), stopped]);
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
    }
  }

  /** Stops all Workers, whatever they do, and ends all calls. */
  close(): void {
    this.#closed = true;
    for (const worker of this.#idle.splice(0)) worker.terminate();
    for (const end of this.#busy.values()) end(closed());
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

const closed = () => new InspectorError("internal", "the inspector was closed");

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
