import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Presence } from '../../../src/stanza/presence.js';
import type { RosterKeeper } from '../../../src/xmpp/presence/index.js';
import { OwnPresence } from '../../../src/xmpp/presence/own-presence.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online } from '../../helpers/stream-xmpp.js';

watchRejections();

const BOT = 'bot@echo.example.org';
const component = () => online({ jid: 'echo.example.org', component: true });
const presence = (type: string, to: string): string => `<presence from='bob@example.net' to='${to}' type='${type}'/>`;

/** Lets the garbage collector run. */
async function collect(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    gc();
  }
}

describe('the roster of an address', () => {
  it('in which nothing is belongs to who holds it, and is the same as long as that lasts', async () => {
    const xmpp = await component();
    const held = xmpp.roster.of(BOT);
    const references = Array.from({ length: 100 }, (_, i) => new WeakRef(xmpp.roster.of(`u${i}@echo.example.org`)));
    expect(xmpp.roster.of(BOT)).toBe(held);
    expect(xmpp.roster.owners).toEqual([]);
    await collect();
    expect(references.filter((reference) => reference.deref()).length).toBeLessThan(10);
    expect(xmpp.roster.of(BOT)).toBe(held);
  });

  it('in which something is stays, and is found again by who asks for it', async () => {
    const xmpp = await component();
    const references = ['policy', 'presence', 'contact', 'request'].map((name) => {
      const node = xmpp.roster.of(`${name}@echo.example.org`);
      if (name === 'policy') node.autoAuthorize = true;
      if (name === 'presence') node.sendPresence({ status: 'here' });
      if (name === 'contact') node.authorize('bob@example.net');
      if (name === 'request') node.subscribe('bob@example.net');
      return new WeakRef(node);
    });
    await collect();
    expect(references.every((reference) => reference.deref())).toBe(true);
    expect(xmpp.roster.owners.length).toBe(4);
    const node = xmpp.roster.of('policy@echo.example.org');
    expect(node.autoAuthorize).toBe(true);
    node.autoAuthorize = undefined;
    xmpp.roster.of('presence@echo.example.org').sendPresence({ type: 'unavailable' });
    await xmpp.roster.of('contact@echo.example.org').remove('bob@example.net');
    xmpp.roster.of('request@echo.example.org').unsubscribe('bob@example.net');
    expect(xmpp.roster.owners).toEqual([]);
  });

  it('takes a policy of its own for requests, also back', async () => {
    const xmpp = await component();
    const node = xmpp.roster.of(BOT);
    node.autoAuthorize = true;
    node.autoSubscribe = true;
    xmpp.wire.take();
    await xmpp.receive(presence('subscribe', BOT));
    expect(xmpp.wire.take().match(/type='\w+'/g)).toEqual([
      "type='subscribed'",
      "type='unavailable'",
      "type='subscribe'",
    ]);
    node.autoAuthorize = false;
    node.autoSubscribe = undefined;
    await xmpp.receive(presence('subscribe', BOT).replace('bob', 'carol'));
    expect(xmpp.wire.take()).toContain("type='unsubscribed'");
  });

  it('puts an item back that was not in it any more, when somebody acts on it', async () => {
    const xmpp = await component();
    const node = xmpp.roster.of(BOT);
    node.authorize('bob@example.net');
    const item = node.get('bob@example.net');
    await node.remove('bob@example.net');
    expect(node.size).toBe(0);
    item?.authorize();
    expect(node.get('bob@example.net')).toBe(item);
    expect(node.get('bob@example.net')).toMatchObject({ inRoster: true, subscription: 'from' });
  });
});

describe('strangers at many addresses', () => {
  const address = (i: number): string => `u${i}@echo.example.org`;
  const count = (text: string, type: string): number => text.split(`type='${type}'`).length - 1;

  it('are told to be subscribed where that is kept, and else that there is no room, which is reported once', async () => {
    const xmpp = await online({ jid: 'echo.example.org', component: true, autoAuthorize: true });
    const errors: unknown[] = [];
    xmpp.on('error', ({ error }) => errors.push(error));
    xmpp.roster.maxOwners = 300;
    const wanted = xmpp.roster.of('mine@echo.example.org');
    xmpp.wire.take();
    for (let i = 0; i < 400; i++) await xmpp.receive(presence('subscribe', address(i)));
    await xmpp.receive(presence('subscribe', 'mine@echo.example.org'));
    const told = xmpp.wire.take();
    expect([count(told, 'subscribed'), count(told, 'error')]).toEqual([301, 100]);
    expect(told).toContain('<resource-constraint ');
    expect(errors).toMatchObject([{ condition: 'resource-constraint' }]);
    await collect();
    for (let i = 0; i < 400; i++) await xmpp.receive(presence('probe', address(i)));
    expect(count(xmpp.wire.take(), 'unsubscribed')).toBe(100);
    expect(wanted.size).toBe(1);
  });

  it('who only show up do not take the room of those who subscribe', async () => {
    const xmpp = await online({ jid: 'echo.example.org', component: true, autoAuthorize: true });
    xmpp.roster.maxOwners = 300;
    for (let i = 0; i < 500; i++)
      await xmpp.receive(`<presence from='bob@example.net/x' to='s${i}@echo.example.org'/>`);
    xmpp.wire.take();
    for (let i = 0; i < 300; i++) await xmpp.receive(presence('subscribe', address(i)).replace('bob', 'carol'));
    expect(count(xmpp.wire.take(), 'subscribed')).toBe(300);
  });

  it('who subscribe and go again leave nothing behind, and make room', async () => {
    const xmpp = await online({ jid: 'echo.example.org', component: true, autoAuthorize: true });
    xmpp.roster.maxOwners = 100;
    xmpp.wire.take();
    for (let i = 0; i < 500; i++) {
      await xmpp.receive(presence('subscribe', address(i)) + presence('unsubscribe', address(i)));
    }
    expect(count(xmpp.wire.take(), 'subscribed')).toBe(500);
    expect(xmpp.roster.owners).toEqual([]);
    // Also where they are still there.
    for (let i = 0; i < 500; i++) {
      const here = `<presence from='bob@example.net/x' to='${address(i)}'/>`;
      await xmpp.receive(presence('subscribe', address(i)) + here + presence('unsubscribe', address(i)));
    }
    expect(count(xmpp.wire.take(), 'subscribed')).toBe(500);
  });
});

describe('a keeper', () => {
  it('is asked before what comes for an address is taken in, not for those of others, and not for a client', async () => {
    const xmpp = await component();
    const asked: string[] = [];
    const keeper: RosterKeeper = {
      commit: async (node, change) => {
        asked.push(node.owner.full);
        node.hold(change).release();
      },
      busy: () => false,
    };
    xmpp.roster.keeper = keeper;
    await xmpp.receive(
      presence('subscribe', BOT) + presence('probe', BOT) + presence('subscribe', 'a@elsewhere.example'),
    );
    await xmpp.receive(`<presence from='bob@example.net/x' to='${BOT}'/>`);
    expect(asked).toEqual([BOT, BOT]);
    expect(xmpp.roster.of(BOT).get('bob@example.net')).toMatchObject({ pendingIn: true, online: true });
    const client = await online();
    client.roster.keeper = keeper;
    await client.receive("<presence from='bob@example.net' type='subscribe'/>");
    await client.roster.of().load();
    expect(client.roster.of().get('bob@example.net')?.pendingIn).toBe(true);
    expect(asked.length).toBe(2);
  });

  it('that fails leaves the events of the stanza, and is reported once', async () => {
    const xmpp = await component();
    const errors: unknown[] = [];
    const seen: string[] = [];
    const failure = new Error('no disk');
    xmpp.on('error', ({ error, where }) => errors.push([error, where]));
    xmpp.on('presenceSubscribe', () => seen.push('presenceSubscribe'));
    xmpp.on('rosterSubscriptionRequest', () => seen.push('rosterSubscriptionRequest'));
    xmpp.roster.keeper = { commit: () => Promise.reject(failure), busy: () => true };
    await xmpp.receive(presence('subscribe', BOT) + presence('subscribe', BOT));
    await xmpp.manualClock.idle();
    expect(seen).toEqual(['presenceSubscribe', 'presenceSubscribe']);
    expect(errors).toEqual([[failure, `roster of ${BOT}`]]);
  });
});

describe('what an owner broadcasts', () => {
  it('is kept for each resource; unavailable ends one, or all where it comes from the bare address', async () => {
    const xmpp = await component();
    const make = (from: string, status: string, type?: 'unavailable'): Presence =>
      xmpp.presence({ from, status, type });
    const own = new OwnPresence();
    const known = (): string[] => [...own].map(({ from, status }) => `${from?.resource} ${status}`);
    own.remember(make(`${BOT}/a`, '1'));
    own.remember(make(`${BOT}/b`, '2'));
    own.remember(make(`${BOT}/a`, '3'));
    expect(known()).toEqual(['b 2', 'a 3']);
    expect(own.last?.status).toBe('3');
    own.remember(make(`${BOT}/b`, '', 'unavailable'));
    own.remember(make(BOT, '4'));
    expect(known()).toEqual(['a 3', 'undefined 4']);
    own.remember(make(BOT, '', 'unavailable'));
    expect([known(), own.size]).toEqual([[], 0]);
  });
});
