import { describe, expect, it } from 'vitest';
import { BOB, BOT, component, presence } from './watched.js';

describe('strangers', () => {
  it('make no owner that stays, and none in another domain', async () => {
    const { xmpp, receive } = await component();
    await receive(
      presence(`${BOB}/x`, '', '', 'one@echo.example.org'),
      presence(`${BOB}/x`, '', '', 'x@other.example.org'),
      presence(BOB, 'subscribed', '', 'two@echo.example.org'),
      presence(`${BOB}/x`, 'probe', '', 'three@echo.example.org'),
    );
    expect(xmpp.roster.owners.map(String)).toEqual(['one@echo.example.org']);
    await receive(presence(`${BOB}/x`, 'unavailable', '', 'one@echo.example.org'));
    expect(xmpp.roster.owners).toEqual([]);
  });

  it('of many owners are bounded together', async () => {
    const { xmpp, receive } = await component();
    for (let part = 0; part < 12; part++) {
      const texts = Array.from({ length: 100 }, (_, i) =>
        presence(`s${i}@example.net/x`, '', '', `o${part * 100 + i}@echo.example.org`),
      );
      await receive(...texts);
    }
    expect(xmpp.roster.owners.length).toBe(1_000);
    // What is not kept is not told either, beside the presence itself.
    expect(await receive(presence('eve@example.net/x', '', '', 'new@echo.example.org'))).toEqual([
      'presence',
      'presenceAvailable',
    ]);
    expect(xmpp.roster.of('new@echo.example.org').get('eve@example.net')).toBeUndefined();
    // Where somebody has asked for the address it is, and so is a contact's.
    expect(await receive(presence('eve@example.net/x', '', '', 'new@echo.example.org'))).toContain('gotOnline');
  });

  it('with very long addresses are fewer that can subscribe', async () => {
    const { xmpp, receive, sent } = await component({ autoAuthorize: true, maxSubscribers: 4 });
    xmpp.on('error', () => {});
    const long = (name: string): string => `${name}${'x'.repeat(400)}@example.net`;
    await receive(...['a', 'b', 'c'].map((name) => presence(long(name), 'subscribe')));
    expect([...xmpp.roster.of(BOT)].map(({ jid }) => jid.full[0])).toEqual(['a', 'b']);
    expect((await sent()).at(-1)).toContain("type='error'");
    await receive(presence(long('a'), 'unsubscribe'), presence(BOB, 'subscribe'));
    expect(xmpp.roster.of(BOT).has(BOB)).toBe(true);
  });

  it('that are online for one address of a component do not keep others from asking another', async () => {
    const { xmpp, receive } = await component();
    for (let part = 0; part < 11; part++) {
      const texts = Array.from({ length: 100 }, (_, i) => presence(`s${part * 100 + i}@example.net/x`, '', '', BOT));
      await receive(...texts);
    }
    await receive(presence(BOB, 'subscribe', '', 'two@echo.example.org'));
    expect(xmpp.roster.of('two@echo.example.org').get(BOB)?.pendingIn).toBe(true);
  });

  it('that become contacts are not counted any more', async () => {
    const { xmpp, receive } = await component({ autoAuthorize: true });
    for (let part = 0; part < 12; part++) {
      await receive(
        ...Array.from({ length: 100 }, (_, i) => presence(`s${part * 100 + i}@example.net`, 'subscribe', '', BOT)),
      );
    }
    expect(xmpp.roster.of(BOT).size).toBe(1_200);
    await receive(presence('new@example.net/x', '', '', BOT));
    expect(xmpp.roster.of(BOT).get('new@example.net')?.online).toBe(true);
  });
});
