import { describe, expect, it } from 'vitest';
import { JID } from '../../../src/jid/index.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { BOB, presence, sent, watched } from './watched.js';

watchRejections();

describe('the roster of a client', () => {
  const items = [
    { jid: JID.from(BOB), name: 'Bob', groups: ['friends', 'work'], subscription: 'both' },
    { jid: JID.from('carol@example.net'), groups: [] },
    { jid: JID.from('dave@example.net'), groups: ['work'], subscription: 'to', ask: true, approved: true },
  ] as const;

  it('takes in entries, and gives them by address and by group', async () => {
    const { xmpp } = await watched();
    const updates: string[][] = [];
    xmpp.on('rosterUpdate', (change) => updates.push(change.items.map(String)));
    const node = xmpp.roster.of();
    node.apply(items);
    await xmpp.manualClock.idle();
    expect(updates).toEqual([[BOB, 'carol@example.net', 'dave@example.net']]);
    expect(node.size).toBe(3);
    expect(node.has(`${BOB}/x`)).toBe(true);
    expect(node.get(BOB)).toMatchObject({ name: 'Bob', subscription: 'both', from: true, to: true, inRoster: true });
    expect(node.get('dave@example.net')).toMatchObject({ from: false, to: true, ask: true, approved: true });
    const groups = [...node.groups()].map(([name, members]) => [name, members.map(({ jid }) => jid.local)]);
    expect(groups).toEqual([
      ['friends', ['bob']],
      ['work', ['bob', 'dave']],
      ['', ['carol']],
    ]);
  });

  it('lets those go that a full result does not have, and tells so', async () => {
    const { xmpp } = await watched();
    const node = xmpp.roster.of();
    node.apply(items);
    await xmpp.manualClock.idle();
    const update = xmpp.wait('rosterUpdate');
    node.apply([items[1]], true);
    expect((await update).items.map(String)).toEqual(['carol@example.net', BOB, 'dave@example.net']);
    expect([...node].map(({ jid }) => jid.local)).toEqual(['carol']);
    node.drop(JID.from('carol@example.net'));
    expect(node.size).toBe(0);
  });

  it('leaves the state to the server', async () => {
    const { xmpp } = await watched();
    const node = xmpp.roster.of();
    node.apply([{ jid: JID.from(BOB), subscription: 'none' }]);
    node.get(BOB)?.authorize();
    node.get(BOB)?.subscribe();
    node.get(BOB)?.unsubscribe();
    node.get(BOB)?.unauthorize();
    expect(node.get(BOB)).toMatchObject({ subscription: 'none', ask: false });
    expect(sent(xmpp).map((text) => /type='(\w+)'/.exec(text)?.[1])).toEqual([
      'subscribed',
      'subscribe',
      'unsubscribe',
      'unsubscribed',
    ]);
  });

  it('forgets whose presence it saw when the session is over, and keeps its contacts', async () => {
    const { xmpp, receive } = await watched();
    const node = xmpp.roster.of();
    node.apply([{ jid: JID.from(BOB), subscription: 'both' }]);
    await receive(presence(`${BOB}/x`), presence('stranger@example.net/x'));
    expect(node.get('stranger@example.net')?.online).toBe(true);
    // Still waiting for its turn when the session ends.
    xmpp.wire.receive(presence('late@example.net/x'));
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    expect(node.get(BOB)).toMatchObject({ online: false, inRoster: true });
    expect(node.get('stranger@example.net')).toBeUndefined();
    expect(node.get('late@example.net')).toBeUndefined();
  });

  it('takes no presence for another address', async () => {
    const { xmpp, receive } = await watched();
    await receive(presence(`${BOB}/x`, '', '', 'someone@example.org'));
    expect(xmpp.roster.of().get(BOB)).toBeUndefined();
    expect(xmpp.roster.owners.map(String)).toEqual(['alice@example.org']);
  });
});

describe('a subscription request', () => {
  it('is an event where the policy is to ask, and is answered by hand', async () => {
    const { xmpp, receive } = await watched();
    expect(await receive(presence(BOB, 'subscribe'))).toEqual([
      'presence',
      'presenceSubscribe',
      'changedSubscription',
      'rosterSubscriptionRequest',
    ]);
    expect(sent(xmpp)).toEqual([]);
    const item = xmpp.roster.of().get(BOB);
    expect(item?.pendingIn).toBe(true);
    item?.authorize();
    expect(item?.pendingIn).toBe(false);
    expect(sent(xmpp)).toEqual(["<presence to='bob@example.net' type='subscribed'/>"]);
  });

  it('is granted or refused by policy', async () => {
    const yes = await watched({ autoAuthorize: true });
    expect(await yes.receive(presence(BOB, 'subscribe'))).not.toContain('rosterSubscriptionRequest');
    expect(sent(yes.xmpp)).toEqual(["<presence to='bob@example.net' type='subscribed'/>"]);
    const no = await watched({ autoAuthorize: false });
    await no.receive(presence(BOB, 'subscribe'));
    expect(sent(no.xmpp)).toEqual(["<presence to='bob@example.net' type='unsubscribed'/>"]);
    expect(no.xmpp.roster.of().get(BOB)).toBeUndefined();
  });

  it('is returned with autoSubscribe, once', async () => {
    const { xmpp, receive } = await watched({ autoAuthorize: true, autoSubscribe: true });
    await receive(presence(BOB, 'subscribe'));
    expect(sent(xmpp).map((text) => /type='(\w+)'/.exec(text)?.[1])).toEqual(['subscribed', 'subscribe']);
    await receive(presence(BOB, 'subscribe'));
    expect(sent(xmpp).map((text) => /type='(\w+)'/.exec(text)?.[1])).toEqual(['subscribed']);
  });

  it('follows the policy of the owner where that has one', async () => {
    const { xmpp, receive } = await watched({ autoAuthorize: false });
    xmpp.roster.of().autoAuthorize = true;
    await receive(presence(BOB, 'subscribe'));
    expect(sent(xmpp)[0]).toContain("'subscribed'");
    xmpp.roster.autoAuthorize = 'ask';
    xmpp.roster.of().autoAuthorize = undefined;
    expect(await receive(presence('carol@example.net', 'subscribe'))).toContain('rosterSubscriptionRequest');
  });

  it('of a contact that cannot be pending any more is not', async () => {
    const { xmpp, receive } = await watched();
    await receive(presence(BOB, 'subscribe'));
    const node = xmpp.roster.of();
    node.apply([{ jid: JID.from(BOB), subscription: 'from' }]);
    expect(node.get(BOB)?.pendingIn).toBe(false);
  });

  it('and what becomes of ours is told', async () => {
    const { receive } = await watched();
    expect((await receive(presence(BOB, 'subscribed'))).at(-1)).toBe('rosterSubscriptionAuthorized');
    expect((await receive(presence(BOB, 'unsubscribe'))).at(-1)).toBe('rosterSubscriptionRemove');
    expect((await receive(presence(BOB, 'unsubscribed'))).at(-1)).toBe('rosterSubscriptionRemoved');
  });
});
