import type { ServerManners } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { perform } from './perform.js';
import { PLAYS } from './plays.js';
import { inMemory } from './subjects.js';

const MANNERS: readonly ServerManners[] = ['rfc', 'prosody', 'ejabberd'];

describe.each(MANNERS)('a MemoryServer as %s', (as) => {
  // The same texts are held against the servers themselves: test/servers/manners.test.ts.
  it.each(Object.keys(PLAYS))('does what is written down: %s', async (title) => {
    await expect(await perform(inMemory(as), title)).toMatchFileSnapshot(`./transcripts/${as}/${title}.txt`);
  });
});
