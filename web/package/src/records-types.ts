// What the module gives, as Rust serialises it. Made from the types of towpath-core by a test:
// UPDATE_TYPES=1 cargo test -p towpath-core --features gluesql typescript

/**
 * A value in an answer.
 */
export type Cell = null | boolean | number | number | string;

/**
 * A column of a table.
 */
export type ColumnDescription = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its type.
 */
type: ColumnKind, 
/**
 * What it says.
 */
meaning: string, };

/**
 * What a column holds. None holds `NULL`: what a record does not say is empty text, 0 or false.
 */
export type ColumnKind = "TEXT" | "INT" | "BOOLEAN";

/**
 * A package that was found.
 */
export type Hit = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its newest version.
 */
version: string, 
/**
 * The license of the newest build.
 */
license: string, 
/**
 * The subdirs that have the newest version.
 */
subdirs: Array<string>, 
/**
 * How many builds there are, of all versions.
 */
builds: number, 
/**
 * When the newest build was built, in milliseconds since 1970; 0 if it does not say.
 */
timestamp: number, 
/**
 * Where the words are; of the words that fit least.
 */
matched: Match, };

/**
 * What a search finds.
 */
export type Hits = { 
/**
 * The packages, the best first.
 */
packages: Array<Hit>, 
/**
 * How many there are in all.
 */
total: number, };

/**
 * A record that was left out.
 */
export type LeftOut = { 
/**
 * The key by which the document has it: a file name as a rule.
 */
key: string, 
/**
 * What is wrong with it, in words that follow it.
 */
reason: string, };

/**
 * What came of loading a document.
 */
export type Loaded = { 
/**
 * How many records were taken.
 */
records: number, 
/**
 * How many were not.
 */
left_out: number, 
/**
 * Of the first of these, why.
 */
reasons: Array<LeftOut>, };

/**
 * Where a word is in what a package says. The order of the variants is that of the hits.
 */
export type Match = "exact" | "prefix" | "word" | "substring" | "license" | "dependency";

/**
 * The answer to a `SELECT`.
 */
export type Table = { 
/**
 * The columns' names.
 */
columns: Array<string>, 
/**
 * The rows, each with a value for each column.
 */
rows: Array<Array<Cell>>, 
/**
 * Whether there are more rows than these.
 */
truncated: boolean, };

/**
 * A table, for people who want to ask it.
 */
export type TableDescription = { 
/**
 * Its name.
 */
name: string, 
/**
 * What a row of it is.
 */
meaning: string, 
/**
 * Its columns, in their order.
 */
columns: Array<ColumnDescription>, };
