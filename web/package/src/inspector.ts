// Where it begins: the module is loaded once, and packages are opened with it.
import { absolute } from "./address.js";
import { Package } from "./package.js";
import type { OpenOptions } from "./package.js";
import type { Rule } from "./rule.js";
import { Workers } from "./workers.js";
import type { CallOptions } from "./workers.js";

/** A build that a channel has. */
export interface PublishedBuild {
  /** The name of its file. */
  readonly file_name: string;
  /** Where its file is. */
  readonly url: string;
  /** Whether only clients that know repodata v3 see it (CEP 48). */
  readonly v3: boolean;
  /** Its record. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** Where the parts of the inspector are. All can be left out: then they are beside this script. */
export interface InspectorOptions {
  /** The module, compiled, on its way, or where it is. */
  readonly module?: WebAssembly.Module | Response | Promise<WebAssembly.Module | Response> | URL | string;
  /** Makes a Worker of `worker.js`, where it cannot be loaded from its own URL. */
  readonly worker?: () => Worker;
  /** How many packages are read at a time; two, if nothing is said. */
  readonly workers?: number;
}

/**
 * Opens packages. Nothing of them is sent anywhere: they are read on this machine, in Workers.
 *
 * ```js
 * const inspector = await Inspector.load();
 * const { report } = await inspector.open(file).verify();
 * ```
 */
export class Inspector {
  readonly #workers: Workers;
  #rules: Promise<Rule[]> | undefined;

  private constructor(workers: Workers) {
    this.#workers = workers;
  }

  /** Loads the module. */
  static async load(options: InspectorOptions = {}): Promise<Inspector> {
    const module = await compiled(options.module ?? new URL("./inspector.wasm", import.meta.url));
    const make = options.worker ?? (() => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }));
    return new Inspector(new Workers(module, make, options.workers ?? 2));
  }

  /**
   * Opens a package: a file, or the URL of one. Nothing is read before something is asked. Of a URL, the
   * host must let this page read it.
   */
  open(source: Blob | URL | string, options: OpenOptions = {}): Package {
    return new Package(this.#workers, source, options);
  }

  /**
   * The builds of a name that a channel has in one subdir. Its shards are asked (CEP 16), if it has some,
   * so that little is fetched.
   */
  async published(
    { channel, subdir, name }: { readonly channel: URL | string; readonly subdir: string; readonly name: string },
    options: CallOptions = {},
  ): Promise<PublishedBuild[]> {
    const url = absolute(channel);
    const { result } = await this.#workers.run({ kind: "published", channel: url, subdir, name }, options);
    const { folder_url, builds } = result as { folder_url: string; builds: Omit<PublishedBuild, "url">[] };
    return builds.map((build) => ({ ...build, url: new URL(encodeURIComponent(build.file_name), folder_url).href }));
  }

  /** The rules that packages are checked by. */
  rules(): Promise<Rule[]> {
    this.#rules ??= this.#workers.run({ kind: "rules" }).then(
      ({ result }) => result as Rule[],
      (error) => {
        // The next time it is asked again.
        this.#rules = undefined;
        throw error;
      },
    );
    return this.#rules;
  }

  /** Stops everything that is under way: calls that wait for their answer are ended with an error. */
  close(): void {
    this.#workers.close();
  }
}

/** A module, wherever it is. */
export async function compiled(module: NonNullable<InspectorOptions["module"]>): Promise<WebAssembly.Module> {
  const given = await (typeof module === "string" || module instanceof URL ? fetch(module) : module);
  if (!(given instanceof Response)) return given;
  if (!given.ok) throw new Error(`the module at ${given.url} cannot be loaded: status ${given.status}`);
  // Not every host says that the module is one, and compiling on the way wants it said.
  return WebAssembly.compile(await given.arrayBuffer());
}
