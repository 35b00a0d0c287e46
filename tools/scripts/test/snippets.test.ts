import { describe, expect, it } from 'vitest';
import { snippetsOf } from '../snippets.mjs';

const text = (...lines: string[]): string => lines.join('\n');

describe('the snippets of a text', () => {
  it('stand on the lines that they have there', () => {
    const [only] = snippetsOf('docs/a.md', text('# A', '', '```ts', 'const a = 1;', '```'));
    expect(only).toEqual({
      path: 'docs/a.md',
      line: 3,
      file: 'docs-a/line-3.ts',
      code: '\n\n\nconst a = 1;\n',
      run: true,
    });
  });

  it('are joined where one continues the other, each line at its place', () => {
    const [only, ...others] = snippetsOf(
      'README.md',
      text('```ts', 'const a = 1;', '```', 'and', '', '```ts continues', 'a;', '```'),
    );
    expect(others).toEqual([]);
    expect(only?.code.split('\n')).toEqual(['', 'const a = 1;', '', '', '', '', 'a;', '']);
  });

  it('have names and may be left out of the run', () => {
    const found = snippetsOf('docs/a.md', text('```ts file=src/b.ts', '```', '```ts no-run', '```'));
    expect(found.map(({ file, run }) => [file, run])).toEqual([
      ['docs-a/src/b.ts', true],
      ['docs-a/line-3.ts', false],
    ]);
  });

  it('are those in TypeScript alone, and lose the indent of a list', () => {
    const found = snippetsOf(
      'docs/a.md',
      text('```sh', 'npm start', '```', '- a', '', '  ```ts', '  if (1) {', '    2;', '  }', '  ```'),
    );
    expect(found.map(({ code }) => code.trim())).toEqual(['if (1) {\n  2;\n}']);
  });

  it.each([
    ['another name for the language', '```js'],
    ['a word that means nothing', '```ts skip'],
    ['a block that continues nothing', '```ts continues'],
  ])('are refused with %s', (_, fence) => {
    expect(() => snippetsOf('docs/a.md', text(fence, 'a', '```'))).toThrow('docs/a.md:1');
  });
});
