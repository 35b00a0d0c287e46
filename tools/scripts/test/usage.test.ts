import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('a command that runs for minutes says what can be asked of it, and does not begin, where it is asked for help', () => {
  const command = fileURLToPath(new URL('../check.mjs', import.meta.url));
  const said = execFileSync(process.execPath, [command, '--help'], { encoding: 'utf8' });
  expect(said).toMatch(/^ {2}--only A,B {2}some of biome, /);
  expect(said).not.toMatch(/^(?:ok|FAILED)/m);
});
