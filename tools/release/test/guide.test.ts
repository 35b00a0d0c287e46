import { describe, expect, it } from 'vitest';
import { guideOf, unprinted } from '../src/guide.js';

const PAGE = `# Page

\`\`\`json file=a/package.json
{ "private": true }
\`\`\`

\`\`\`ts
not.a.file();
\`\`\`

\`\`\`console
$ cd a
$ node a.ts
hello
world
\`\`\`

\`\`\`console
$ ls
\`\`\`
`;

describe('a guide', () => {
  it('has files, and commands with what they print, in the order of the page', () => {
    expect(guideOf(PAGE)).toEqual([
      { file: 'a/package.json', text: '{ "private": true }\n' },
      { command: 'cd a', prints: [] },
      { command: 'node a.ts', prints: ['hello', 'world'] },
      { command: 'ls', prints: [] },
    ]);
  });

  it('is refused where a file is there twice, or nothing prints', () => {
    expect(() => guideOf(PAGE + PAGE)).toThrow('a/package.json is there twice');
    expect(() => guideOf('```console\nhello\n```\n')).toThrow('nothing prints "hello"');
    expect(() => guideOf(`${PAGE}\`\`\`ts file=b.ts\n\`\`\`\n\`\`\`console\nhello\n\`\`\`\n`)).toThrow(
      'nothing prints',
    );
  });
});

describe('what was printed', () => {
  const output = 'one (12 ms)\nbetween \n2 * 2 = 4\n';

  it('has the lines in their order, with others between them', () => {
    expect(unprinted([], output)).toBeUndefined();
    expect(unprinted(['one (… ms)', '2 * 2 = 4'], output)).toBeUndefined();
    expect(unprinted(['between'], output)).toBeUndefined();
  });

  it('names the line that is missing, late or different', () => {
    expect(unprinted(['one'], output)).toBe('one');
    expect(unprinted(['2 * 2 = 4', 'between'], output)).toBe('between');
    expect(unprinted(['2 . 2 = 4'], output)).toBe('2 . 2 = 4');
    expect(unprinted(['between', 'between'], output)).toBe('between');
  });
});
