import { expect, it } from 'vitest';
import { Steps, tableOf } from '../src/steps.js';

it('what fails is told, and stops what needs it alone', async () => {
  const said: string[] = [];
  const steps = new Steps((line) => said.push(line));
  expect(await steps.need('copy', 'everything', async () => 7)).toBe(7);
  await steps.try('npm', 'a bot', () => Promise.reject(new Error('two\nlines')));
  await expect(steps.need('pnpm', 'installed', () => Promise.reject(undefined))).rejects.toBeUndefined();
  expect(steps.done.map(({ name, error }) => [name, error !== undefined])).toEqual([
    ['copy', false],
    ['npm', true],
    ['pnpm', true],
  ]);
  expect(said).toContain('       two\n       lines');
  expect(tableOf(steps.done).replace(/ +\d+\.\d s/g, '')).toBe(
    'ok      copy  everything\nFAILED  npm  a bot\nFAILED  pnpm  installed',
  );
});
