import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;
const TEST = /\[([^\]]*)\]\(\.\.\/([^)]*\.test\.ts)\)/g;

it('each promise of docs/reliability.md names tests that there are', () => {
  const text = readFileSync(join(ROOT, 'docs/reliability.md'), 'utf8');
  const promises = text.split('\n').filter((line) => /^\| (?!promise |---)/.test(line) && line.includes('.test.ts'));
  expect(promises.length).toBeGreaterThan(15);
  const named = [...text.matchAll(TEST)].map(([, title = '', file = '']) => ({ title, file }));
  const missing = named.filter(({ title, file }) => {
    const found = readFileSync(join(ROOT, file), 'utf8').split('\n');
    return !found.some((line) => /^\s*(?:[\]})]+\(|it|describe|['`])/.test(line) && line.includes(title));
  });
  expect(missing).toEqual([]);
});
