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
    for (let part = 0; part < 105; part++) {
      const texts = Array.from({ length: 100 }, (_, i) =>
        presence(`s${i}@example.net/x`, '', '', `o${part * 100 + i}@echo.example.org`),
      );
      await receive(...texts);
    }
    expect(xmpp.roster.owners.length).toBeLessThanOrEqual(10_000);
    expect(xmpp.roster.owners.length).toBeGreaterThan(9_000);
  }, 30_000);

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
