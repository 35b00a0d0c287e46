/** A command of a page, and what the page says that it prints. */
export interface Step {
  readonly command: string;
  /** Lines in their order; there may be others between them, and `…` stands for anything. */
  readonly prints: readonly string[];
}

/** What a page has its reader write and type. */
export interface Guide {
  /** By path, what stands in a block that is called `file=PATH`. */
  readonly files: ReadonlyMap<string, string>;
  /** What stands behind `$` in blocks of the language `console`. */
  readonly steps: readonly Step[];
}

const BLOCK = /^```(\S+)([^\n]*)\n(.*?)^```$/gms;

/** Reads a page of Markdown. @throws Error where two blocks are the same file, or something is printed by nothing. */
export function guideOf(page: string): Guide {
  const files = new Map<string, string>();
  const steps: { command: string; prints: string[] }[] = [];
  for (const [, language, words = '', text = ''] of page.matchAll(BLOCK)) {
    const file = /\bfile=(\S+)/.exec(words)?.[1];
    if (file !== undefined) {
      if (files.has(file)) throw new Error(`${file} is there twice`);
      files.set(file, text);
    }
    if (language !== 'console') continue;
    for (const line of text.trimEnd().split('\n')) {
      if (line.startsWith('$ ')) steps.push({ command: line.slice(2), prints: [] });
      else if (steps.length > 0) steps.at(-1)?.prints.push(line);
      else throw new Error(`nothing prints "${line}"`);
    }
  }
  return { files, steps };
}

/** The first of the lines that was not printed behind those before it; undefined where all were. */
export function unprinted(prints: readonly string[], output: string): string | undefined {
  const lines = output.split('\n').map((line) => line.trimEnd());
  let from = 0;
  return prints.find((wanted) => {
    const pattern = new RegExp(`^${wanted.split('…').map(quoted).join('.*')}$`);
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line));
    from = at + 1;
    return at < 0;
  });
}

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
