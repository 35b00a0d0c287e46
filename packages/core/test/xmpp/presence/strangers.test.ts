import { describe, expect, it } from 'vitest';
import { JID } from '../../../src/jid/index.js';
import { PresenceLedger, RosterNode } from '../../../src/xmpp/presence/index.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { BOB, presence, watched } from './watched.js';

watchRejections();

describe('strangers', () => {
  it('are remembered up to a bound, and their events come all the same', async () => {
    const { xmpp, receive } = await watched();
    for (let part = 0; part < 12; part++) {
      const texts = Array.from({ length: 100 }, (_, i) => presence(`s${part * 100 + i}@example.net/x`));
      const seen = await receive(...texts);
      expect(seen.filter((name) => name === 'presenceAvailable').length).toBe(100);
    }
    const node = xmpp.roster.of();
    let known = 0;
    for (let i = 0; i < 1_200; i++) if (node.get(`s${i}@example.net`)) known += 1;
    expect(known).toBe(1_000);
    // A contact is none, however many there are.
    node.apply([{ jid: JID.from(BOB), subscription: 'both' }]);
    expect(await receive(presence(`${BOB}/x`))).toContain('gotOnline');
    // And where one leaves there is room again.
    await receive(presence('s0@example.net/x', 'unavailable'), presence('s1100@example.net/x'));
    expect(node.get('s1100@example.net')?.online).toBe(true);
  });

  it('with long addresses count as several of all that are remembered, and give back as much', async () => {
    const ledger = new PresenceLedger(8, () => {});
    const node = new RosterNode({} as never, JID.from('alice@example.org'), ledger);
    const long = (name: string): JID => JID.from(`${name}${'x'.repeat(700)}@example.net`);
    const items = ['a', 'b', 'c'].map((name) => {
      const item = node.item(long(name));
      item.pendingIn = true;
      return item;
    });
    expect(ledger.strangersLeft).toBeLessThanOrEqual(0);
    const left = ledger.strangersLeft;
    node.item(JID.from('short@example.net'));
    expect(ledger.strangersLeft).toBe(left);
    for (const item of items) {
      item.pendingIn = false;
      node.forgetStranger(item);
    }
    expect(ledger.strangersLeft).toBe(8);
  });

  it('of whom nothing is known give way one by one, the oldest first', () => {
    const ledger = new PresenceLedger(3, () => {});
    const node = new RosterNode({} as never, JID.from('alice@example.org'), ledger);
    const known = (...names: string[]) => names.filter((name) => node.get(`${name}@example.net`));
    for (const name of ['a', 'b', 'c']) node.item(JID.from(`${name}@example.net`));
    expect([known('a', 'b', 'c'), ledger.strangersLeft]).toEqual([['a', 'b', 'c'], 0]);
    node.item(JID.from('d@example.net'));
    expect([known('a', 'b', 'c', 'd'), ledger.strangersLeft]).toEqual([['b', 'c', 'd'], 0]);
  });

  it('are none that were contacts and about whom nothing is known any more', () => {
    const ledger = new PresenceLedger(3, () => {});
    const node = new RosterNode({ emit: () => {} } as never, JID.from('alice@example.org'), ledger);
    node.apply([{ jid: JID.from(BOB), subscription: 'both' }]);
    node.apply([], true);
    expect([node.get(BOB), ledger.strangersLeft]).toEqual([undefined, 3]);
  });

  it('whose requests nobody answers do not keep others from asking', async () => {
    const { receive } = await watched();
    for (let part = 0; part < 11; part++) {
      const texts = Array.from({ length: 100 }, (_, i) => presence(`s${part * 100 + i}@example.net`, 'subscribe'));
      const seen = await receive(...texts);
      expect(seen.filter((name) => name === 'rosterSubscriptionRequest').length).toBe(100);
    }
  });

  it('that are online do not keep others from asking, and from being let in', async () => {
    const { xmpp, receive } = await watched();
    for (let part = 0; part < 11; part++) {
      await receive(...Array.from({ length: 100 }, (_, i) => presence(`s${part * 100 + i}@example.net/x`)));
    }
    const node = xmpp.roster.of();
    expect(await receive(presence(BOB, 'subscribe'))).toContain('rosterSubscriptionRequest');
    expect(node.get(BOB)?.pendingIn).toBe(true);
    xmpp.wire.take();
    node.get(BOB)?.authorize();
    expect(xmpp.wire.take()).toContain("type='subscribed'");
    // Nor us from asking; and those who ask are bounded too.
    node.subscribe('juliet@example.com');
    expect(node.get('juliet@example.com')?.ask).toBe(true);
    for (let part = 0; part < 11; part++) {
      await receive(...Array.from({ length: 100 }, (_, i) => presence(`a${part * 100 + i}@example.net`, 'subscribe')));
    }
    const asking = Array.from({ length: 1_100 }, (_, i) => node.get(`a${i}@example.net`)).filter((item) => item);
    expect(asking.length).toBeGreaterThan(900);
    expect(asking.length).toBeLessThanOrEqual(1_000);
  });

  it('that were refused make room for others', async () => {
    const { xmpp, receive } = await watched();
    for (let i = 0; i < 1_500; i++) {
      await xmpp.receive(presence(`s${i}@example.net`, 'subscribe'));
      xmpp.roster.of().get(`s${i}@example.net`)?.unauthorize();
    }
    await receive(presence(BOB, 'subscribe'));
    expect(xmpp.roster.of().get(BOB)?.pendingIn).toBe(true);
  });

  it('that were granted and never showed up make room for others', async () => {
    const { xmpp, receive } = await watched({ autoAuthorize: true });
    for (let part = 0; part < 11; part++) {
      await receive(...Array.from({ length: 100 }, (_, i) => presence(`s${part * 100 + i}@example.net`, 'subscribe')));
    }
    await receive(presence(`${BOB}/x`));
    expect(xmpp.roster.of().get(BOB)?.online).toBe(true);
  });
});
