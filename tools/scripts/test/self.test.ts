import { describe, expect, it } from 'vitest';
import { checkSelf } from '../self.mjs';
import { file } from './fixtures.js';

// Put together here, so that this file passes its own check.
const at = (...parts: string[]) => ['', ...parts].join('/');
const up = (...parts: string[]) => ['..', ...parts].join('/');
const found = (text: string, path = 'docs/a.md', there: string[] = []) =>
  checkSelf([file(path, text)], (name) => there.includes(name)).map(({ message }) => message);

describe('the repository speaks of itself alone', () => {
  it.each([
    at('work', 'main', 'x.ts'),
    `see ${at('work', '')} for more`,
    `file://${at('home', 'ann', 'x')}`,
    `"${at('root', '.npmrc')}"`,
    at('Users', 'ann', 'x'),
    at('tmp', 'bash_jobs.0', 'x'),
    up('shared', 'notes.md'),
    up(up('shared')),
  ])('%j is found', (text) => {
    expect(found(text)).toHaveLength(1);
  });

  it.each([
    'https://example.com/work/x',
    'romeo@example.net/home/x',
    './work/x',
    at('tmp', 'x'),
    at('usr', 'bin'),
    'it does /work or not',
  ])('%j is not', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('lets a file import a neighbour that is there', () => {
    const text = `import '${up('shared', 'b.js')}';`;
    expect(found(text, 'packages/core/src/xml/a.ts', ['packages/core/src/shared/b.ts'])).toEqual([]);
    expect(found(text, 'packages/core/src/xml/a.ts')).toHaveLength(1);
  });
});
