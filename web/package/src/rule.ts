// A rule that packages are checked by.
import type { Severity } from "./types.js";

/** What is asked of a package. */
export interface Rule {
  /** Its name, for ever: a letter for the group and a number. */
  readonly code: string;
  /** How bad a breach is for a package that is to be published. */
  readonly severity: Severity;
  /** How bad it is for a package that was published long ago. */
  readonly mirror: Severity;
  /** What is asked, as a sentence without its stop. */
  readonly title: string;
  /** What happens to whom if it is not so. */
  readonly why: string;
  /** What the package's author does about it. */
  readonly mend: string;
  /** Something that breaks the rule. */
  readonly bad: string;
  /** The same, as it should be. */
  readonly good: string;
  /** Who asks. */
  readonly sources: readonly RuleSource[];
}

/** Who asks for what a rule says. */
export interface RuleSource {
  /** In words, such as `CEP 26, Package names`. */
  readonly text: string;
  /** Where it can be read, if it is on the web. */
  readonly url: string | null;
}
