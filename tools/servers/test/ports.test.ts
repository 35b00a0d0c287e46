import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { freePorts } from '../src/ports.js';

const RUN = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));

it('free ports are all different and can be listened on', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  }
});

it("a port is nobody else's while the process that asked for it lives, also while nothing listens on it", async () => {
  const mine = new Set(await freePorts(100));
  const program = fileURLToPath(new URL('./ask-for-ports.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [RUN, program, '2000']);
  const theirs: number[] = JSON.parse(stdout);
  expect(theirs).toHaveLength(2_000);
  expect(theirs.filter((port) => mine.has(port))).toEqual([]);
  // Those of a process that is gone are free again.
  const again = await freePorts(2_000);
  expect(again.some((port) => theirs.includes(port))).toBe(true);
});
