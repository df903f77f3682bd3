// Numbers and times as people write them.

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** `12 bytes`, `3.4 kB`, `210 MB`. */
export function size(bytes: number): string {
  let unit = 0;
  let value = bytes;
  for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1000;
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${bytes === 1 ? "byte" : UNITS[unit]}`;
}

/** `1 file`, `1,234 files`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

export function grouped(count: number): string {
  return count.toLocaleString("en");
}

/** A word of a shell. */
export function shell(word: string): string {
  const path = word.startsWith("-") ? `./${word}` : word;
  return /^[\w.+:/-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
