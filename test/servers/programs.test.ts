import type { StopSignal } from '@sestina/servers';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { Child, type Ending, environmentOf } from '../support/child.js';

const PROGRAM = 'test/programs/no-listeners.ts';

/** Node ends with 1 and tells, where something was thrown that nobody caught or a rejection that nobody took. */
function expectCleanEnd({ code, signal, stdout, stderr }: Ending, state = 'disconnected'): void {
  expect(stderr).not.toMatch(/uncaught|unhandled|^\s+at /im);
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect(stdout).toContain(`done: ${state}, handles: []`);
}

describe.each(KINDS)('a program that listens to nothing, on %s', (kind) => {
  const bench = useServer({ kind });

  it.each<StopSignal>(['TERM', 'KILL'])(
    'F27: as a client outlives a restart by %s, and ends by itself',
    async (signal) => {
      await using child = Child.script(PROGRAM, ['client'], environmentOf(bench.server, await bench.account()));
      await child.prints(/^online$/m);
      await bench.server.stop(signal);
      await child.prints(/^lost$/m);
      await bench.server.start();
      await child.prints(/^back$/m);
      expectCleanEnd(await child.end(10_000));
    },
  );

  it('as a component outlives a crash, and ends by itself', async () => {
    const { component, ports } = bench.server;
    const [jid = ''] = component.domains;
    const env = {
      ...environmentOf(bench.server, await bench.account()),
      SESTINA_JID: jid,
      SESTINA_PASSWORD: component.secret,
      SESTINA_PORT: `${ports.component}`,
    };
    await using child = Child.script(PROGRAM, ['component'], env);
    await child.prints(/^online$/m);
    await bench.server.stop('KILL');
    await child.prints(/^lost$/m);
    await bench.server.start();
    await child.prints(/^back$/m);
    expectCleanEnd(await child.end(10_000));
  });

  it('ends by itself when its account is removed, without a call of disconnect()', async () => {
    const user = await bench.account();
    await using child = Child.script(PROGRAM, ['client'], environmentOf(bench.server, user));
    await child.prints(/^online$/m);
    await bench.server.removeUser(user.username);
    expectCleanEnd(await child.end(10_000));
  });

  it('ends with the error where it cannot log in', async () => {
    const user = { ...(await bench.account()), password: 'a-wild-guess' };
    await using child = Child.script(PROGRAM, ['client'], environmentOf(bench.server, user));
    const { code, stdout, stderr } = await child.end(10_000);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('not-authorized');
    expect(stderr).not.toContain('a-wild-guess');
  });
});
