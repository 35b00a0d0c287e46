import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RosterStore } from '@sestina/component';
import { MemoryStorage } from '@sestina/core';
import { NS_STANZA_ERRORS } from '@sestina/core/connection';
import { describe, expect, it } from 'vitest';
import { BOT, component } from './watched.js';

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
    const { xmpp } = await component();
    const held = xmpp.roster.of(BOT);
    const references = Array.from({ length: 100 }, (_, i) => new WeakRef(xmpp.roster.of(`u${i}@echo.example.org`)));
    expect(xmpp.roster.of(BOT)).toBe(held);
    expect(xmpp.roster.owners).toEqual([]);
    await collect();
    expect(references.filter((reference) => reference.deref()).length).toBeLessThan(10);
    expect(xmpp.roster.of(BOT)).toBe(held);
  });

  it('in which something is stays, and is found again by who asks for it', async () => {
    const { xmpp } = await component();
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
    const { xmpp, receive, sent } = await component();
    const node = xmpp.roster.of(BOT);
    node.autoAuthorize = true;
    node.autoSubscribe = true;
    await sent();
    await receive(presence('subscribe', BOT));
    expect((await sent()).join('').match(/type='\w+'/g)).toEqual([
      "type='subscribed'",
      "type='unavailable'",
      "type='subscribe'",
    ]);
    node.autoAuthorize = false;
    node.autoSubscribe = undefined;
    await receive(presence('subscribe', BOT).replace('bob', 'carol'));
    expect((await sent()).join('')).toContain("type='unsubscribed'");
  });

  it('puts an item back that was not in it any more, when somebody acts on it', async () => {
    const { xmpp } = await component();
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
  const count = (sent: readonly string[], type: string): number =>
    sent.filter((text) => text.includes(` type='${type}'`)).length;

  it('are told to be subscribed where that is kept, and else that there is no room, which is reported once', async () => {
    const { xmpp, receive, sent, stream } = await component({ autoAuthorize: true });
    const errors: unknown[] = [];
    xmpp.on('error', ({ error }) => errors.push(error));
    xmpp.roster.maxOwners = 300;
    const wanted = xmpp.roster.of('mine@echo.example.org');
    await sent();
    for (let i = 0; i < 400; i++) await receive(presence('subscribe', address(i)));
    await receive(presence('subscribe', 'mine@echo.example.org'));
    const told = await sent();
    expect([count(told, 'subscribed'), count(told, 'error')]).toEqual([301, 100]);
    expect(
      stream.sent.filter((xml) => xml.child('error')?.child('resource-constraint', NS_STANZA_ERRORS)),
    ).toHaveLength(100);
    expect(errors).toMatchObject([{ condition: 'resource-constraint' }]);
    await collect();
    for (let i = 0; i < 400; i++) await receive(presence('probe', address(i)));
    expect(count(await sent(), 'unsubscribed')).toBe(100);
    expect(wanted.size).toBe(1);
  });

  it('are fewer where those have very long addresses', async () => {
    const { xmpp, receive, sent } = await component({ autoAuthorize: true, maxOwners: 100 });
    xmpp.on('error', () => {});
    for (let i = 0; i < 100; i++) await receive(presence('subscribe', `${'x'.repeat(900)}${address(i)}`));
    const told = await sent();
    // 2 KiB are for each of a hundred, and each of these takes 3.3 KB.
    expect(count(told, 'subscribed')).toBeGreaterThan(50);
    expect(count(told, 'subscribed')).toBeLessThan(65);
    expect(count(told, 'error')).toBe(100 - count(told, 'subscribed'));
  });

  it('are let in up to a number of them all, in memory of all addresses together', async () => {
    const { xmpp, receive, sent } = await component({ autoAuthorize: true, maxSubscribers: 50 });
    const errors: unknown[] = [];
    xmpp.on('error', ({ error }) => errors.push(error));
    for (let i = 0; i < 60; i++) {
      await receive(presence('subscribe', address(i % 2)).replace('bob', `b${i}`));
    }
    expect([count(await sent(), 'subscribed'), errors.length]).toEqual([50, 1]);
    expect([xmpp.roster.of(address(0)).size, xmpp.roster.of(address(1)).size]).toEqual([25, 25]);
    // Who is in already is told so, and who goes makes room.
    await receive(presence('subscribe', address(0)).replace('bob', 'b0'));
    await receive(presence('unsubscribe', address(0)).replace('bob', 'b2'));
    await receive(presence('subscribe', address(0)).replace('bob', 'new'));
    expect(count(await sent(), 'subscribed')).toBe(2);
    // The program itself may have as many as it likes.
    xmpp.roster.of(BOT).authorize('carol@example.net');
    expect(xmpp.roster.of(BOT).size).toBe(1);
  });

  it('are let in up to a number of each address, where a store keeps them', async () => {
    const options = { autoAuthorize: true, maxSubscribers: 20, storage: new MemoryStorage() };
    const { receive, sent } = await component(options, (made) => made.use(RosterStore));
    for (let i = 0; i < 30; i++) {
      await receive(presence('subscribe', address(0)).replace('bob', `b${i}`));
      await receive(presence('subscribe', address(1)).replace('bob', `b${i}`));
    }
    expect(count(await sent(), 'subscribed')).toBe(40);
  });

  it('who only show up do not take the room of those who subscribe', async () => {
    const { xmpp, receive, sent } = await component({ autoAuthorize: true });
    xmpp.roster.maxOwners = 300;
    for (let i = 0; i < 500; i++) await receive(`<presence from='bob@example.net/x' to='s${i}@echo.example.org'/>`);
    await sent();
    for (let i = 0; i < 300; i++) await receive(presence('subscribe', address(i)).replace('bob', 'carol'));
    expect(count(await sent(), 'subscribed')).toBe(300);
  });

  it('who subscribe and go again leave nothing behind, and make room', async () => {
    const { xmpp, receive, sent } = await component({ autoAuthorize: true });
    xmpp.roster.maxOwners = 100;
    await sent();
    for (let i = 0; i < 500; i++) {
      await receive(presence('subscribe', address(i)) + presence('unsubscribe', address(i)));
    }
    expect(count(await sent(), 'subscribed')).toBe(500);
    expect(xmpp.roster.owners).toEqual([]);
    // Also where they are still there.
    for (let i = 0; i < 500; i++) {
      const here = `<presence from='bob@example.net/x' to='${address(i)}'/>`;
      await receive(presence('subscribe', address(i)) + here + presence('unsubscribe', address(i)));
    }
    expect(count(await sent(), 'subscribed')).toBe(500);
  });
});
