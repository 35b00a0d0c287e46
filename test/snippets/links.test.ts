import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const FOLDERS = ['.', 'docs', ...['packages', 'plugins', 'tools'].flatMap((group) => inside(group))];
const LINK = /\[[^\]]*\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g;

/** The anchors that GitHub gives to the headings of a text. */
function anchors(path: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading = ''] of prose(path).matchAll(/^#+ (.*)$/gm)) {
    const words = heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '');
    found.add(words.replaceAll(' ', '-'));
  }
  return found;
}

const prose = (path: string): string => readFileSync(path, 'utf8').replace(/^ *```[\s\S]*?^ *```$/gm, '');

function inside(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name));
}

it('the links between the texts lead somewhere', () => {
  const texts = FOLDERS.filter((folder) => statSync(folder).isDirectory())
    .flatMap(inside)
    .filter((path) => path.endsWith('.md'));
  expect(texts.length).toBeGreaterThan(15);
  const dead: string[] = [];
  for (const path of texts) {
    for (const [, file = '', anchor] of prose(path).matchAll(LINK)) {
      const target = file === '' ? path : join(dirname(path), file);
      const isThere = existsSync(target) && (!anchor || (statSync(target).isFile() && anchors(target).has(anchor)));
      if (!isThere) dead.push(`${path}: ${file}${anchor ? `#${anchor}` : ''}`);
    }
  }
  expect(dead).toEqual([]);
});
