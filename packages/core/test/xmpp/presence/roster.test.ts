import { describe, expect, it } from 'vitest';
import { JID } from '../../../src/jid/index.js';
import type { XMPPEvents } from '../../../src/xmpp/xmpp-events.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online, type TestOptions, type TestXMPP } from '../../helpers/stream-xmpp.js';

watchRejections();

const BOB = 'bob@example.net';
const presence = (from: string, type = '', inside = '', to = '') =>
  `<presence from='${from}'${type && ` type='${type}'`}${to && ` to='${to}'`}>${inside}</presence>`;

/** The presences that were written, attributes in alphabetical order. */
function sent(xmpp: TestXMPP): string[] {
  const found = xmpp.wire.take().match(/<presence[^>]*?(?:\/>|>.*?<\/presence>)/g) ?? [];
  return found.map((text) =>
    text.replace(/^<presence((?: \w+='[^']*')*)/, (_all, attributes: string) => {
      return `<presence${(attributes.match(/ \w+='[^']*'/g) ?? []).sort().join('')}`;
    }),
  );
}

const WATCHED = [
  'presence',
  'presenceAvailable',
  'presenceUnavailable',
  'presenceError',
  'presenceProbe',
  'presenceSubscribe',
  'presenceSubscribed',
  'presenceUnsubscribe',
  'presenceUnsubscribed',
  'changedSubscription',
  'gotOnline',
  'changedStatus',
  'gotOffline',
  'rosterSubscriptionRequest',
  'rosterSubscriptionAuthorized',
  'rosterSubscriptionRemove',
  'rosterSubscriptionRemoved',
] as const satisfies (keyof XMPPEvents)[];

/** A session with the names of the roster's events, as they come. */
async function watched(options: TestOptions = {}) {
  const xmpp = await online(options);
  const seen: string[] = [];
  for (const name of WATCHED) xmpp.on(name, () => seen.push(name));
  const receive = async (...texts: string[]) => {
    await xmpp.receive(texts.join(''));
    return seen.splice(0);
  };
  return { xmpp, seen, receive };
}

const component = (options: TestOptions = {}) => watched({ jid: 'echo.example.org', component: true, ...options });
const BOT = 'bot@echo.example.org';

describe('presence', () => {
  it('is told in order: what came, then what follows from it', async () => {
    const { receive } = await watched();
    expect(await receive(presence(`${BOB}/x`))).toEqual([
      'presence',
      'presenceAvailable',
      'gotOnline',
      'changedStatus',
    ]);
    expect(await receive(presence(`${BOB}/y`))).toEqual(['presence', 'presenceAvailable', 'changedStatus']);
    expect(await receive(presence(`${BOB}/x`))).toEqual(['presence', 'presenceAvailable']);
    expect(await receive(presence(`${BOB}/x`, '', '<show>away</show>'))).toEqual([
      'presence',
      'presenceAvailable',
      'changedStatus',
    ]);
    expect(await receive(presence(`${BOB}/x`, '', '<show>away</show><status>lunch</status>'))).toContain(
      'changedStatus',
    );
    expect(await receive(presence(`${BOB}/x`, 'unavailable'))).toEqual([
      'presence',
      'presenceUnavailable',
      'changedStatus',
    ]);
    expect(await receive(presence(`${BOB}/y`, 'unavailable'))).toEqual([
      'presence',
      'presenceUnavailable',
      'changedStatus',
      'gotOffline',
    ]);
    expect(await receive(presence(`${BOB}/y`, 'unavailable'))).toEqual(['presence', 'presenceUnavailable']);
  });

  it('is in the roster when the listeners are called', async () => {
    const { xmpp, receive } = await watched();
    const found: unknown[] = [];
    xmpp.on('presence', () => found.push(xmpp.roster.of().get(BOB)?.online));
    xmpp.on('gotOnline', ({ owner, jid }) => found.push(`${owner} ${jid}`));
    await receive(presence(`${BOB}/x`));
    expect(found).toEqual([true, 'alice@example.org bob@example.net']);
  });

  it('of a bare address takes all its resources away', async () => {
    const { xmpp, receive } = await watched();
    await receive(presence(`${BOB}/x`), presence(`${BOB}/y`));
    expect(xmpp.roster.of().get(BOB)?.resources.size).toBe(2);
    expect(await receive(presence(BOB, 'unavailable'))).toContain('gotOffline');
    expect(xmpp.roster.of().get(BOB)).toBeUndefined();
  });

  it('is known by resource, and by the best one', async () => {
    const { xmpp, receive } = await watched();
    const node = xmpp.roster.of();
    await receive(
      presence(`${BOB}/low`, '', '<priority>1</priority>'),
      presence(`${BOB}/high`, '', '<priority>5</priority><status>here</status>'),
      presence(`${BOB}/negative`, '', '<priority>-1</priority>'),
    );
    expect(node.get(BOB)?.best?.resource).toBe('high');
    expect(node.presence(BOB)?.status).toBe('here');
    expect(node.presence(`${BOB}/low`)?.priority).toBe(1);
    expect(node.presence('carol@example.net')).toBeUndefined();
    // The latest of equals.
    await receive(presence(`${BOB}/low`, '', '<priority>5</priority>'));
    expect(node.get(BOB)?.best?.resource).toBe('low');
    await receive(presence(`${BOB}/low`, 'unavailable'), presence(`${BOB}/high`, 'unavailable'));
    expect(node.get(BOB)?.best).toBeUndefined();
  });

  it('with a priority and a show that are none reads as plain presence', async () => {
    const { xmpp, receive } = await watched();
    await receive(presence(`${BOB}/x`, '', '<priority>9999</priority><show>sleeping</show>'));
    expect(xmpp.roster.of().get(BOB)?.resources.get('x')).toMatchObject({ priority: 0, show: undefined });
  });

  it('of a type that nobody knows is nothing', async () => {
    const { xmpp, receive } = await watched();
    expect(await receive(presence(`${BOB}/x`, 'banana'), presence(`${BOB}/x`, 'toString'))).toEqual([]);
    expect(xmpp.roster.of().get(BOB)).toBeUndefined();
    expect(sent(xmpp)).toEqual([]);
  });

  it('of type error changes nothing', async () => {
    const { xmpp, receive } = await watched();
    await receive(presence(`${BOB}/x`));
    expect(await receive(presence(`${BOB}/x`, 'error'))).toEqual(['presence', 'presenceError']);
    expect(xmpp.roster.of().get(BOB)?.online).toBe(true);
  });

  it('goes through sequential listeners one by one', async () => {
    const { xmpp, receive } = await watched();
    const steps: string[] = [];
    xmpp.on(
      'presence',
      async ({ from }) => {
        steps.push(`${from?.resource} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        steps.push(`${from?.resource} ends`);
      },
      { sequential: true },
    );
    await receive(presence(`${BOB}/1`), presence(`${BOB}/2`));
    await xmpp.manualClock.idle();
    expect(steps).toEqual(['1 begins', '1 ends', '2 begins', '2 ends']);
  });
});

describe('ours', () => {
  it('is told when the first one of a session was written', async () => {
    const xmpp = await online();
    let first = 0;
    xmpp.on('sentPresence', () => (first += 1));
    xmpp.sendPresence({ to: BOB });
    await xmpp.manualClock.idle();
    expect(first).toBe(0);
    xmpp.sendPresence();
    xmpp.sendPresence({ show: 'away' });
    await xmpp.manualClock.idle();
    expect(first).toBe(1);
    xmpp.wire.close();
    xmpp.sendPresence();
    await xmpp.connect();
    await xmpp.manualClock.idle();
    expect(first).toBe(2);
  });

  it('is remembered, and forgotten with unavailable', async () => {
    const xmpp = await online();
    xmpp.sendPresence({ show: 'away', status: 'x' });
    expect(xmpp.roster.of().lastPresence?.show).toBe('away');
    xmpp.wire.take();
    xmpp.roster.of().sendLastPresence(JID.from(BOB));
    expect(xmpp.wire.take()).toBe("<presence to='bob@example.net'><show>away</show><status>x</status></presence>");
    xmpp.sendPresence({ type: 'unavailable' });
    expect(xmpp.roster.of().lastPresence).toBeUndefined();
  });

  it('asks for a subscription at the bare address', async () => {
    const xmpp = await online();
    xmpp.sendPresenceSubscription(`${BOB}/x`);
    expect(sent(xmpp)).toEqual(["<presence to='bob@example.net' type='subscribe'/>"]);
  });
});

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
    node.drop([JID.from('carol@example.net')]);
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

  it('is changed where it is kept', async () => {
    const { xmpp } = await watched();
    const node = xmpp.roster.of();
    const calls: unknown[] = [];
    node.editor = {
      update: async (entry) => void calls.push(entry),
      remove: async (jid) => void calls.push(String(jid)),
    };
    node.apply(items);
    await node.update(`${BOB}/x`, { name: 'Robert' });
    await node.get(BOB)?.update({ groups: [] });
    await node.get(BOB)?.remove();
    expect(calls).toEqual([
      { jid: JID.from(BOB), name: 'Robert', groups: ['friends', 'work'] },
      { jid: JID.from(BOB), name: 'Bob', groups: [] },
      BOB,
    ]);
    expect(node.get(BOB)?.name).toBe('Bob');
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

describe('the rosters of a component', () => {
  const to = (type: string, from = BOB, owner = BOT) => presence(from, type, '', owner);

  it('go through the states of a subscription, both ways', async () => {
    const { xmpp, receive } = await component();
    expect(await receive(to('subscribe'))).toContain('rosterSubscriptionRequest');
    const node = xmpp.roster.of(BOT);
    const item = node.get(BOB);
    expect(item).toMatchObject({ pendingIn: true, inRoster: false, subscription: 'none' });
    item?.authorize();
    expect(item).toMatchObject({ pendingIn: false, inRoster: true, subscription: 'from' });
    expect(sent(xmpp)).toEqual([
      `<presence from='${BOT}' to='${BOB}' type='subscribed'/>`,
      `<presence from='${BOT}' to='${BOB}' type='unavailable'/>`,
    ]);
    item?.subscribe();
    expect(item).toMatchObject({ ask: true, subscription: 'from' });
    expect((await receive(to('subscribed'))).at(-1)).toBe('rosterSubscriptionAuthorized');
    expect(item).toMatchObject({ ask: false, subscription: 'both' });
    sent(xmpp);
    expect((await receive(to('unsubscribe'))).at(-1)).toBe('rosterSubscriptionRemove');
    expect(item?.subscription).toBe('to');
    // Whoever does not see us any more sees us leave (RFC 6121 §3.3.3).
    expect(sent(xmpp)).toEqual([`<presence from='${BOT}' to='${BOB}' type='unavailable'/>`]);
    expect((await receive(to('unsubscribed'))).at(-1)).toBe('rosterSubscriptionRemoved');
    expect(item?.subscription).toBe('none');
    expect(node.has(BOB)).toBe(false);
  });

  it('grant by policy and subscribe back, from the address that was asked', async () => {
    const { xmpp, receive } = await component({ autoAuthorize: true, autoSubscribe: true });
    await receive(to('subscribe'));
    expect(sent(xmpp)).toEqual([
      `<presence from='${BOT}' to='${BOB}' type='subscribed'/>`,
      `<presence from='${BOT}' to='${BOB}' type='unavailable'/>`,
      `<presence from='${BOT}' to='${BOB}' type='subscribe'/>`,
    ]);
    expect(xmpp.roster.of(BOT).get(BOB)).toMatchObject({ subscription: 'from', ask: true });
  });

  it('refuse by policy, and remember nobody for it', async () => {
    const { xmpp, receive } = await component({ autoAuthorize: false });
    await receive(to('subscribe'));
    expect(sent(xmpp)).toEqual([`<presence from='${BOT}' to='${BOB}' type='unsubscribed'/>`]);
    expect(xmpp.roster.owners).toEqual([]);
  });

  it('tell somebody who is subscribed that he is, and ask nobody (RFC 6121 §3.1.3)', async () => {
    const { xmpp, receive } = await component();
    await receive(to('subscribe'));
    xmpp.roster.of(BOT).get(BOB)?.authorize();
    sent(xmpp);
    expect(await receive(to('subscribe'))).not.toContain('rosterSubscriptionRequest');
    expect(sent(xmpp)[0]).toBe(`<presence from='${BOT}' to='${BOB}' type='subscribed'/>`);
  });

  it('ignore a grant that nobody asked for', async () => {
    const { xmpp, receive } = await component();
    const events = await receive(to('subscribed'));
    expect(events).not.toContain('rosterSubscriptionAuthorized');
    expect(xmpp.roster.of(BOT).get(BOB)).toBeUndefined();
  });

  it('answer probes of those who may see us, and refuse the others', async () => {
    const { xmpp, receive } = await component();
    await receive(to('subscribe'));
    xmpp.roster.of(BOT).get(BOB)?.authorize();
    xmpp.roster.of(BOT).sendPresence({ show: 'away', status: 'busy' });
    expect(sent(xmpp).at(-1)).toMatch(new RegExp(`from='${BOT}'.* to='${BOB}'|to='${BOB}'.* from='${BOT}'`));
    expect(await receive(to('probe', `${BOB}/x`))).toEqual(['presence', 'presenceProbe']);
    const [answer] = sent(xmpp);
    expect(answer).toContain(`to='${BOB}/x'`);
    expect(answer).toContain('<show>away</show>');
    await receive(to('probe', 'mallory@evil.example/x'));
    expect(sent(xmpp)).toEqual([`<presence from='${BOT}' to='mallory@evil.example/x' type='unsubscribed'/>`]);
    expect(xmpp.roster.of(BOT).get('mallory@evil.example')).toBeUndefined();
  });

  it('send presence to each who is subscribed, and to nobody where nobody is', async () => {
    const { xmpp, receive } = await component({ autoAuthorize: true });
    const node = xmpp.roster.of(BOT);
    const nothing = node.sendPresence({ show: 'away' });
    expect(await nothing).toBe('written');
    expect(sent(xmpp)).toEqual([]);
    expect(node.lastPresence?.show).toBe('away');
    await receive(to('subscribe'), to('subscribe', 'carol@example.net'));
    sent(xmpp);
    node.sendPresence({ show: 'dnd' });
    expect(sent(xmpp).map((text) => /to='([^']+)'/.exec(text)?.[1])).toEqual([BOB, 'carol@example.net']);
  });

  it('end what was granted: unavailable first, then unsubscribed (RFC 6121 §3.2.2)', async () => {
    const { xmpp, receive } = await component({ autoAuthorize: true });
    await receive(to('subscribe'));
    sent(xmpp);
    xmpp.roster.of(BOT).get(BOB)?.unauthorize();
    expect(sent(xmpp)).toEqual([
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
    const { xmpp, receive } = await component({ autoAuthorize: true, autoSubscribe: true });
    await receive(to('subscribe'), to('subscribed'));
    const node = xmpp.roster.of(BOT);
    expect(node.get(BOB)?.subscription).toBe('both');
    sent(xmpp);
    await node.remove(BOB);
    expect(sent(xmpp).map((text) => /type='(\w+)'/.exec(text)?.[1])).toEqual([
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
    const { xmpp, receive } = await component({ autoAuthorize: true });
    await receive(to('subscribe'), presence(`${BOB}/x`, '', '', BOT), presence('s@example.net/x', '', '', BOT));
    xmpp.wire.close();
    await xmpp.manualClock.idle();
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
});

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

  it('that are online for one address of a component do not keep others from asking another', async () => {
    const { xmpp, receive } = await component();
    for (let part = 0; part < 11; part++) {
      const texts = Array.from({ length: 100 }, (_, i) => presence(`s${part * 100 + i}@example.net/x`, '', '', BOT));
      await receive(...texts);
    }
    await receive(presence(BOB, 'subscribe', '', 'two@echo.example.org'));
    expect(xmpp.roster.of('two@echo.example.org').get(BOB)?.pendingIn).toBe(true);
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
