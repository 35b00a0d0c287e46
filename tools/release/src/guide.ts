/** What a page has its reader do: write a file, or type a command. */
export type Step =
  | { readonly file: string; readonly text: string }
  | {
      readonly command: string;
      /** What the page says that it prints: lines in their order; there may be others between them, and `…` stands for anything. */
      readonly prints: readonly string[];
    };

const BLOCK = /^```(\S+)([^\n]*)\n(.*?)^```$/gms;

/**
 * Reads a page of Markdown: blocks that are called `file=PATH`, and what stands behind `$` in blocks of the language `console`.
 * @returns In the order of the page.
 * @throws Error where two blocks are the same file, or something is printed by nothing.
 */
export function guideOf(page: string): readonly Step[] {
  const steps: ({ file: string; text: string } | { command: string; prints: string[] })[] = [];
  const files = new Set<string>();
  for (const [, language, words = '', text = ''] of page.matchAll(BLOCK)) {
    const file = /\bfile=(\S+)/.exec(words)?.[1];
    if (file !== undefined) {
      if (files.has(file)) throw new Error(`${file} is there twice`);
      files.add(file);
      steps.push({ file, text });
    }
    if (language !== 'console') continue;
    for (const line of text.trimEnd().split('\n')) {
      const last = steps.at(-1);
      if (line.startsWith('$ ')) steps.push({ command: line.slice(2), prints: [] });
      else if (last && 'prints' in last) last.prints.push(line);
      else throw new Error(`nothing prints "${line}"`);
    }
  }
  return steps;
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
