// How a package is checked, in the words of `towpath verify`.

/** How a package is checked. All of it can be left out. */
export interface VerifyChoices {
  /** `publish` (default): it was built now and is to be uploaded. `mirror`: it was published long ago. */
  readonly profile?: "publish" | "mirror";
  /** Only rules whose codes begin with one of these. */
  readonly select?: readonly string[];
  /** No rules whose codes begin with one of these. */
  readonly ignore?: readonly string[];
  /** The subdir that it is to be published in. */
  readonly subdir?: string;
  /** The time, in milliseconds since 1970: no package is built later. By default the time of the call. */
  readonly now?: number;
  /** The URL of the channel that it is to be added to: what is there already is looked at too. */
  readonly channel?: string | URL;
  /** The text of the attestation that lies beside the package (CEP 27). */
  readonly attestation?: string;
}
