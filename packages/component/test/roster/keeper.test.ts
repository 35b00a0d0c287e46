import type { RosterKeeper } from '@sestina/component';
import type { Presence } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { OwnPresence } from '../../src/roster/own-presence.js';
import { BOT, component } from './watched.js';

const presence = (type: string, to: string): string => `<presence from='bob@example.net' to='${to}' type='${type}'/>`;

describe('a keeper', () => {
  it('is asked before what comes for an address is taken in, and not for those of others', async () => {
    const { xmpp, receive } = await component();
    const asked: string[] = [];
    const keeper: RosterKeeper = {
      commit: async (node, change) => {
        asked.push(node.owner.full);
        node.hold(change).release();
      },
      busy: () => false,
      knows: () => true,
    };
    xmpp.roster.keeper = keeper;
    await receive(presence('subscribe', BOT) + presence('probe', BOT) + presence('subscribe', 'a@elsewhere.example'));
    await receive(`<presence from='bob@example.net/x' to='${BOT}'/>`);
    expect(asked).toEqual([BOT, BOT]);
    expect(xmpp.roster.of(BOT).get('bob@example.net')).toMatchObject({ pendingIn: true, online: true });
  });

  it('that fails leaves the events of the stanza, and is reported once', async () => {
    const { xmpp, receive, stream } = await component();
    const errors: unknown[] = [];
    const seen: string[] = [];
    const failure = new Error('no disk');
    xmpp.on('error', ({ error, where }) => errors.push([error, where]));
    xmpp.on('presenceSubscribe', () => seen.push('presenceSubscribe'));
    xmpp.on('rosterSubscriptionRequest', () => seen.push('rosterSubscriptionRequest'));
    xmpp.roster.keeper = { commit: () => Promise.reject(failure), busy: () => true, knows: () => false };
    await receive(presence('subscribe', BOT) + presence('subscribe', BOT));
    await stream.idle();
    expect(seen).toEqual(['presenceSubscribe', 'presenceSubscribe']);
    expect(errors).toEqual([[failure, `roster of ${BOT}`]]);
  });
});

describe('what an owner broadcasts', () => {
  it('is kept for each resource; unavailable ends one, or all where it comes from the bare address', async () => {
    const { xmpp } = await component();
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
