import type { ClientXMPP } from '@sestina/client';
import { StanzaError } from '@sestina/core';
import { LastActivity, NotAllowedToSeeError } from '@sestina/xep-0012';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

describe.each(KINDS)('last activity over %s', (kind) => {
  const bench = useServer({ kind });

  it('tells since when the server runs', async () => {
    const client = await bench.online();
    const { kind: what, seconds } = await client.use(LastActivity).ask();
    expect(what).toBe('uptime');
    expect(seconds).toBeLessThan(3_600);
  });

  /** Romeo, whose presence Juliet sees; before she did, she asked in vain. */
  async function contact(): Promise<{ romeo: ClientXMPP; juliet: ClientXMPP; last: LastActivity }> {
    const [romeo, juliet] = await Promise.all([bench.online(undefined, { autoAuthorize: true }), bench.online()]);
    const last = juliet.use(LastActivity);
    for (const client of [romeo, juliet]) {
      await client.getRoster();
      client.sendPresence();
    }
    const error: unknown = await last.ask(romeo.account).catch((reason: unknown) => reason);
    // Which refusal it is differs; what is told is nothing.
    expect(error instanceof NotAllowedToSeeError || error instanceof StanzaError).toBe(true);
    const seen = juliet.wait('gotOnline', { filter: ({ jid }) => jid.equals(romeo.account) });
    juliet.clientRoster.subscribe(romeo.account);
    await seen;
    // What the server has said of it is answered by then.
    await romeo.use(LastActivity, { answer: 'contacts' }).ask();
    return { romeo, juliet, last };
  }

  it('tells when a contact left, and what was said then', async () => {
    const { romeo, juliet, last } = await contact();
    const { account } = romeo;
    const gone = juliet.wait('gotOffline', { filter: ({ jid }) => jid.equals(account) });
    await romeo.sendPresence({ type: 'unavailable', status: 'Heading Home' });
    await romeo.disconnect();
    await gone;
    const activity = await last.ask(account);
    expect(activity).toMatchObject({ kind: 'offline', status: 'Heading Home' });
    expect(activity.seconds).toBeLessThan(60);
  });

  it('tells of a device what that says itself', async () => {
    const { romeo, last } = await contact();
    romeo.plugin(LastActivity).serve({ idleSince: () => new Date(Date.now() - 600_000) });
    const { kind: what, seconds } = await last.ask(romeo.boundJid);
    expect(what).toBe('idle');
    expect(seconds).toBeGreaterThanOrEqual(600);
  });
});
