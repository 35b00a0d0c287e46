import { RosterNotLoadedError, RosterStore } from '@sestina/component';
import { MemoryStorage, SilentLogger } from '@sestina/core';
import { FaultyStorage } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { BOB, BOT, component, presence, to } from './watched.js';

describe('the rosters of a component', () => {
  it('go through the states of a subscription, both ways', async () => {
    const { xmpp, receive, sent } = await component();
    expect(await receive(to('subscribe'))).toContain('rosterSubscriptionRequest');
    const node = xmpp.roster.of(BOT);
    const item = node.get(BOB);
    expect(item).toMatchObject({ pendingIn: true, inRoster: false, subscription: 'none' });
    item?.authorize();
    expect(item).toMatchObject({ pendingIn: false, inRoster: true, subscription: 'from' });
    expect(await sent()).toEqual([
      `<presence from='${BOT}' to='${BOB}' type='subscribed'/>`,
      `<presence from='${BOT}' to='${BOB}' type='unavailable'/>`,
    ]);
    item?.subscribe();
    expect(item).toMatchObject({ ask: true, subscription: 'from' });
    expect((await receive(to('subscribed'))).at(-1)).toBe('rosterSubscriptionAuthorized');
    expect(item).toMatchObject({ ask: false, subscription: 'both' });
    await sent();
    expect((await receive(to('unsubscribe'))).at(-1)).toBe('rosterSubscriptionRemove');
    expect(item?.subscription).toBe('to');
    // Whoever does not see us any more sees us leave (RFC 6121 §3.3.3), and is told that it is so (§A.3.2).
    expect(await sent()).toEqual([
      `<presence from='${BOT}' to='${BOB}' type='unavailable'/>`,
      `<presence from='${BOT}' to='${BOB}' type='unsubscribed'/>`,
    ]);
    expect((await receive(to('unsubscribed'))).at(-1)).toBe('rosterSubscriptionRemoved');
    expect(item?.subscription).toBe('none');
    expect(node.has(BOB)).toBe(false);
  });

  it('grant by policy and subscribe back, from the address that was asked', async () => {
    const { xmpp, receive, sent } = await component({ autoAuthorize: true, autoSubscribe: true });
    await receive(to('subscribe'));
    expect(await sent()).toEqual([
      `<presence from='${BOT}' to='${BOB}' type='subscribed'/>`,
      `<presence from='${BOT}' to='${BOB}' type='unavailable'/>`,
      `<presence from='${BOT}' id='*' to='${BOB}' type='subscribe'/>`,
    ]);
    expect(xmpp.roster.of(BOT).get(BOB)).toMatchObject({ subscription: 'from', ask: true });
  });

  it('refuse by policy, and remember nobody for it', async () => {
    const { xmpp, receive, sent } = await component({ autoAuthorize: false });
    await receive(to('subscribe'));
    expect(await sent()).toEqual([`<presence from='${BOT}' to='${BOB}' type='unsubscribed'/>`]);
    expect(xmpp.roster.owners).toEqual([]);
  });

  it('tell somebody who is subscribed that he is, and ask nobody (RFC 6121 §3.1.3)', async () => {
    const { xmpp, receive, sent } = await component();
    await receive(to('subscribe'));
    xmpp.roster.of(BOT).get(BOB)?.authorize();
    await sent();
    expect(await receive(to('subscribe'))).not.toContain('rosterSubscriptionRequest');
    expect((await sent())[0]).toBe(`<presence from='${BOT}' to='${BOB}' type='subscribed'/>`);
  });

  it('ignore a grant that nobody asked for', async () => {
    const { xmpp, receive } = await component();
    const events = await receive(to('subscribed'));
    expect(events).not.toContain('rosterSubscriptionAuthorized');
    expect(xmpp.roster.of(BOT).get(BOB)).toBeUndefined();
  });

  it.each(['unsubscribe', 'unsubscribed', 'subscribed'])(
    'tell nothing of a %s that ends or grants nothing, and do not answer it (RFC 6121 §A.3)',
    async (type) => {
      const { xmpp, receive, sent } = await component();
      const events = await receive(to(type));
      expect(events.filter((name) => name.startsWith('roster'))).toEqual([]);
      expect(await sent()).toEqual([]);
      expect(xmpp.roster.owners).toEqual([]);
    },
  );

  it('tell a grant once', async () => {
    const { xmpp, receive } = await component();
    xmpp.roster.of(BOT).subscribe(BOB);
    expect(await receive(to('subscribed'))).toContain('rosterSubscriptionAuthorized');
    expect(await receive(to('subscribed'))).not.toContain('rosterSubscriptionAuthorized');
    expect(xmpp.roster.of(BOT).get(BOB)).toMatchObject({ subscription: 'to' });
  });

  it('keep no contact of whom nothing is left, however it came about', async () => {
    const { xmpp, receive } = await component({ autoAuthorize: true, autoSubscribe: true });
    const node = xmpp.roster.of(BOT);
    for (const end of ['unsubscribed', 'ours'] as const) {
      await receive(to('subscribe'), to('unsubscribe'));
      expect(node.get(BOB)).toMatchObject({ subscription: 'none', ask: true });
      if (end === 'ours') node.unsubscribe(BOB);
      else await receive(to('unsubscribed'));
      expect(node.get(BOB)).toBeUndefined();
      expect(node.size).toBe(0);
    }
  });

  it('answer probes of those who may see us, and refuse the others', async () => {
    const { xmpp, receive, sent } = await component();
    await receive(to('subscribe'));
    xmpp.roster.of(BOT).get(BOB)?.authorize();
    xmpp.roster.of(BOT).sendPresence({ show: 'away', status: 'busy' });
    expect((await sent()).at(-1)).toMatch(new RegExp(`from='${BOT}'.* to='${BOB}'|to='${BOB}'.* from='${BOT}'`));
    expect(await receive(to('probe', `${BOB}/x`))).toEqual(['presence', 'presenceProbe']);
    const [answer] = await sent();
    expect(answer).toContain(`to='${BOB}/x'`);
    expect(answer).toContain('<show>away</show>');
    await receive(to('probe', 'mallory@evil.example/x'));
    expect(await sent()).toEqual([`<presence from='${BOT}' to='mallory@evil.example/x' type='unsubscribed'/>`]);
    expect(xmpp.roster.of(BOT).get('mallory@evil.example')).toBeUndefined();
  });

  it('send presence to each who is subscribed, and to nobody where nobody is', async () => {
    const { xmpp, receive, sent } = await component({ autoAuthorize: true });
    const node = xmpp.roster.of(BOT);
    const nothing = node.sendPresence({ show: 'away' });
    expect(await nothing).toBe('written');
    expect(await sent()).toEqual([]);
    expect(node.lastPresence?.show).toBe('away');
    await receive(to('subscribe'), to('subscribe', 'carol@example.net'));
    await sent();
    node.sendPresence({ show: 'dnd' });
    expect((await sent()).map((text) => /to='([^']+)'/.exec(text)?.[1])).toEqual([BOB, 'carol@example.net']);
  });

  it('end what was granted: unavailable first, then unsubscribed (RFC 6121 §3.2.2)', async () => {
    const { xmpp, receive, sent } = await component({ autoAuthorize: true });
    await receive(to('subscribe'));
    await sent();
    xmpp.roster.of(BOT).get(BOB)?.unauthorize();
    expect(await sent()).toEqual([
      `<presence from='${BOT}' to='${BOB}' type='unavailable'/>`,
      `<presence from='${BOT}' to='${BOB}' type='unsubscribed'/>`,
    ]);
    expect(xmpp.roster.of(BOT).get(BOB)).toBeUndefined();
  });

  it('keep who has a name or a group, also without a subscription', async () => {
    const { xmpp, receive } = await component({ autoAuthorize: true });
    const node = xmpp.roster.of(BOT);
    await node.update(BOB, { name: 'Bob' });
    await node.update('carol@example.net');
    await receive(to('subscribe'), to('unsubscribe'), to('unsubscribe', 'carol@example.net'));
    await receive(to('unsubscribed', 'carol@example.net'));
    expect([...node].map(({ jid, subscription }) => `${jid} ${subscription}`)).toEqual([
      `${BOB} none`,
      'carol@example.net none',
    ]);
  });

  it('end everything with a contact that is removed', async () => {
    const { xmpp, receive, sent } = await component({ autoAuthorize: true, autoSubscribe: true });
    await receive(to('subscribe'), to('subscribed'));
    const node = xmpp.roster.of(BOT);
    expect(node.get(BOB)?.subscription).toBe('both');
    await sent();
    await node.remove(BOB);
    expect((await sent()).map((text) => /type='(\w+)'/.exec(text)?.[1])).toEqual([
      'unsubscribe',
      'unavailable',
      'unsubscribed',
    ]);
    expect(node.get(BOB)).toBeUndefined();
    expect(node.size).toBe(0);
  });

  it('are changed here, and tell so', async () => {
    const { xmpp } = await component();
    const node = xmpp.roster.of(BOT);
    const update = xmpp.wait('rosterUpdate');
    await node.update(BOB, { name: 'Bob', groups: ['x'] });
    expect((await update).owner.toString()).toBe(BOT);
    await node.update(BOB, { groups: [] });
    expect(node.get(BOB)).toMatchObject({ name: 'Bob', groups: [] });
  });

  it('keep their subscriptions over a session, and the presence of nobody', async () => {
    const { xmpp, stream, receive } = await component({ autoAuthorize: true });
    await receive(to('subscribe'), presence(`${BOB}/x`, '', '', BOT), presence('s@example.net/x', '', '', BOT));
    await stream.drop();
    expect([...xmpp.roster.of(BOT)].map(({ jid, subscription, online }) => [jid.local, subscription, online])).toEqual([
      ['bob', 'from', false],
    ]);
    expect(xmpp.roster.of(BOT).get('s@example.net')).toBeUndefined();
  });

  it('are kept apart by owner', async () => {
    const { xmpp, receive } = await component();
    await receive(
      presence(`${BOB}/x`, '', '', 'one@echo.example.org'),
      presence(`${BOB}/x`, '', '', 'two@echo.example.org/r'),
    );
    await receive(presence(`${BOB}/x`, 'unavailable', '', 'one@echo.example.org'));
    expect(xmpp.roster.of('one@echo.example.org').get(BOB)).toBeUndefined();
    expect(xmpp.roster.of('two@echo.example.org').get(BOB)?.online).toBe(true);
  });

  it('forget whose presence they do not see any more, and tell so once (RFC 6121 §3.3.3)', async () => {
    const { xmpp, receive } = await component({ autoAuthorize: true });
    const node = xmpp.roster.of(BOT);
    const online = async (): Promise<void> => {
      node.subscribe(BOB);
      await receive(to('subscribed'), presence(`${BOB}/x`), presence(`${BOB}/y`));
      expect(node.get(BOB)?.online).toBe(true);
    };
    await online();
    node.unsubscribe(BOB);
    expect(await receive()).toEqual(['changedStatus', 'gotOffline']);
    expect(await receive(presence(`${BOB}/x`, 'unavailable'))).toEqual(['presence', 'presenceUnavailable']);
    await online();
    await node.remove(BOB);
    expect(await receive()).toEqual(['changedStatus', 'gotOffline', 'rosterUpdate']);
    expect(node.get(BOB)).toBeUndefined();
    await online();
    expect(await receive(to('unsubscribed'))).toEqual([
      'presence',
      'presenceUnsubscribed',
      'changedSubscription',
      'rosterSubscriptionRemoved',
      'changedStatus',
      'gotOffline',
    ]);
  });

  it('answer a probe of one resource with that it is there, and with nothing of another (RFC 6121 §4.3.2)', async () => {
    const { xmpp, receive, sent } = await component({ autoAuthorize: true });
    await receive(to('subscribe'));
    xmpp.as(`${BOT}/a`).sendPresence({ show: 'away', status: 'busy' });
    xmpp.as(`${BOT}/b`).sendPresence({ status: 'secret' });
    await sent();
    await receive(to('probe', BOB, `${BOT}/a`), to('probe', BOB, `${BOT}/c`));
    expect(await sent()).toEqual([
      `<presence from='${BOT}/a' id='*' to='${BOB}'/>`,
      `<presence from='${BOT}/c' to='${BOB}' type='unavailable'/>`,
    ]);
    await receive(to('probe', 'mallory@evil.example', `${BOT}/a`));
    xmpp.roster.autoAuthorize = 'ask';
    await sent();
    await receive(to('probe', 'eve@evil.example', `${BOT}/a`));
    expect(await sent()).toEqual([`<presence from='${BOT}' to='eve@evil.example' type='unsubscribed'/>`]);
  });
});

describe('subscribers of an earlier process, of which nothing was kept', () => {
  it('are let in again where the policy lets everybody in, and the log says at the start what is not kept', async () => {
    const log: string[] = [];
    class Warnings extends SilentLogger {
      override warn(text = ''): void {
        log.push(text);
      }
    }
    const logger = new Warnings();
    const { xmpp, receive, sent } = await component({ autoAuthorize: true, logger });
    expect(log).toEqual([expect.stringContaining('use(RosterStore)')]);
    xmpp.as(BOT).sendPresence({ status: 'back' });
    await receive(to('probe', `${BOB}/x`));
    expect(await sent()).toEqual([`<presence from='${BOT}' to='${BOB}/x'><status>back</status></presence>`]);
    expect(xmpp.roster.of(BOT).get(BOB)).toMatchObject({ inRoster: true, subscription: 'from' });
    xmpp.as(BOT).sendPresence({ status: 'news' });
    expect(await sent()).toEqual([`<presence from='${BOT}' to='${BOB}'><status>news</status></presence>`]);
  });

  it.each(['ask', false] as const)('are told that they are not subscribed where the policy is %s', async (policy) => {
    const { receive, sent, xmpp } = await component({ autoAuthorize: policy });
    await receive(to('probe', `${BOB}/x`));
    expect(await sent()).toEqual([`<presence from='${BOT}' to='${BOB}/x' type='unsubscribed'/>`]);
    expect(xmpp.roster.owners).toEqual([]);
  });
});

describe('a roster that nothing has read yet', () => {
  it('says so instead of looking empty, and is whole once it was loaded', async () => {
    const storage = new MemoryStorage();
    await storage.set(`component-roster/${BOT}`, `{"v":1,"contacts":{"${BOB}":{"subscription":"from"}}}`);
    const { xmpp } = await component({ storage }, (made) => made.use(RosterStore));
    const node = xmpp.roster.of(BOT);
    expect(node.loaded).toBe(false);
    for (const read of [
      () => node.get(BOB),
      () => node.has(BOB),
      () => node.size,
      () => [...node],
      () => node.groups(),
    ]) {
      expect(read).toThrow(RosterNotLoadedError);
    }
    expect(node.presence(BOB)).toBeUndefined();
    await node.load();
    expect([node.loaded, node.get(BOB)?.from, node.size]).toEqual([true, true, 1]);
  });

  it('is one that was never stored only where there is a store', async () => {
    const { xmpp } = await component();
    expect([xmpp.roster.of(BOT).loaded, xmpp.roster.of(BOT).size]).toEqual([true, 0]);
  });

  it('is read before what comes for it is told, so that its listeners can look', async () => {
    const storage = new MemoryStorage();
    await storage.set(`component-roster/${BOT}`, `{"v":1,"contacts":{"${BOB}":{"subscription":"both"}}}`);
    const { xmpp, receive, stream } = await component({ storage }, (made) => made.use(RosterStore));
    const seen: unknown[] = [];
    xmpp.on('gotOnline', ({ owner, jid }) => seen.push(xmpp.roster.of(owner).get(jid)?.subscription));
    await receive(presence(`${BOB}/x`));
    expect([seen, stream.errors]).toEqual([['both'], []]);
  });
});

describe('presence that was seen by subscription, where a store keeps that', () => {
  it('goes when the change is stored, and stays where that fails', async () => {
    const storage = new FaultyStorage();
    const { xmpp, receive, stream } = await component({ storage }, (made) => made.use(RosterStore));
    const node = xmpp.roster.of(BOT);
    await node.subscribe(BOB);
    await receive(to('subscribed'), presence(`${BOB}/x`));
    Object.assign(storage, { at: storage.calls.length + 1, fault: 'fail' });
    node.unsubscribe(BOB);
    expect(await receive()).toEqual([]);
    expect(node.get(BOB)).toMatchObject({ to: true, online: true });
    expect(stream.errors).toHaveLength(1);
    expect(await receive(to('unsubscribed'))).toEqual([
      'presence',
      'presenceUnsubscribed',
      'changedSubscription',
      'rosterSubscriptionRemoved',
      'changedStatus',
      'gotOffline',
    ]);
    expect(node.get(BOB)?.online ?? false).toBe(false);
  });
});
