import type { ServerUser } from '@sestina/servers';
import { describe, expect, it } from 'vitest';
import { CLIENT_PLAYS } from '../manners/client-plays.js';
import { improvise } from '../manners/improvise.js';
import { perform } from '../manners/perform.js';
import { PLAYS } from '../manners/plays.js';
import { inMemory, inUse } from '../manners/subjects.js';
import { KINDS, useServer } from '../support/bench.js';

const SEEDS = Number(process.env['SEEDS'] ?? 6);
const FIRST = Number(process.env['SEED'] ?? 1);
const STEPS = Number(process.env['STEPS'] ?? 16);

describe.each(KINDS)('%s', (kind) => {
  const bench = useServer({ kind });

  // A MemoryServer that is like it is held against the same texts: test/manners/manners.test.ts.
  it.each(Object.keys(PLAYS))('does what is written down: %s', async (title) => {
    const heard = await perform(inUse(bench.server), title);
    await expect(heard).toMatchFileSnapshot(`../manners/transcripts/${kind}/${title}.txt`);
  });

  it.each(Object.entries(CLIENT_PLAYS))('and a client: %s', async (_, play) => {
    const users = new Map<string, ServerUser>();
    const user = async (name: string): Promise<ServerUser> => {
      const found = users.get(name) ?? (await bench.account(name));
      users.set(name, found);
      return found;
    };
    await play({
      jid: async (name) => (await user(name)).jid,
      online: async (name, options) => bench.online(await user(name), { reconnect: false, ...options }),
    });
    bench.takeComplaints();
  });

  it.each(Array.from({ length: SEEDS }, (_, index) => FIRST + index))(
    'does what a MemoryServer with its manners does, whoever asks, allows, comes and goes (seed %i)',
    async (seed) => {
      const real = await improvise(inUse(bench.server), seed, STEPS);
      expect(real).toBe(await improvise(inMemory(kind), seed, STEPS));
    },
  );
});
