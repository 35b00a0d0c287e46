import type { Scene } from './player.js';

/** Somebody says something, and the scene writes down what comes of it. */
export type Play = (scene: Scene) => Promise<void>;

const ROSTER = "xmlns='jabber:iq:roster'";
const SHOWN: ReadonlySet<string> = new Set(['bind', 'session', 'sub', 'ver']);

export const set = (item: string): string => `<iq type='set' id='set'><query ${ROSTER}>${item}</query></iq>`;
export const get = (ver?: string): string =>
  `<iq type='get' id='get'><query ${ROSTER}${ver === undefined ? '' : ` ver='${ver}'`}/></iq>`;
export const presence = (type: string, to: string): string => `<presence type='${type}' to='${to}'/>`;

/** What a session is offered: roster versions, pre-approval. */
const features: Play = async (scene) => {
  const alice = await scene.login('alice/phone');
  const shown = [...(alice.features?.elements() ?? [])].filter(({ name }) => SHOWN.has(name));
  const words = shown.map((feature) => [feature.name, ...[...feature.elements()].map(({ name }) => name)].join(' '));
  // In no order: that of one of them changes whenever it is started.
  await scene.note(words.sort().join(', '));
};

const versions: Play = async (scene) => {
  const alice = await scene.login('alice/phone');
  await scene.act(alice, 'get, empty', get());
  await scene.act(alice, "get ver='', empty", get(''));
  await scene.act(alice, 'set', set("<item jid='bob@example.net' name='Bob'><group>A</group></item>"));
  await scene.act(alice, 'set the same', set("<item jid='bob@example.net' name='Bob'><group>A</group></item>"));
  await scene.act(alice, 'get', get());
  const { version } = alice;
  await scene.act(alice, "get ver=''", get(''));
  const current = alice.version ?? version ?? '';
  await scene.act(alice, 'get what is known', get(current));
  await scene.act(alice, 'set another', set("<item jid='carol@example.net'/>"));
  await scene.act(alice, 'get what is old', get(current));
  await scene.act(alice, 'get what never was', get('nonsense'));
};

const items: Play = async (scene) => {
  const alice = await scene.login('alice/phone');
  await scene.act(alice, 'get', get());
  const tried: Readonly<Record<string, string>> = {
    'no item': '',
    'two items': "<item jid='a@b'/><item jid='c@d'/>",
    'no address': '<item/>',
    'a broken address': "<item jid='@'/>",
    'doubled groups': "<item jid='a@b'><group>x</group><group>x</group></item>",
    'an empty group': "<item jid='a@b'><group/></item>",
    'a full address': "<item jid='a@b/res' name='full'/>",
    herself: `<item jid='${alice.bare}'/>`,
    'out with nobody': "<item jid='nobody@b' subscription='remove'/>",
    'a claimed subscription': "<item jid='e@b' subscription='both'/>",
    'a subscription that is none': "<item jid='f@b' subscription='bogus'/>",
    'a claimed request': "<item jid='g@b' ask='subscribe'/>",
    'capital letters': "<item jid='A@B' name='x'/>",
    'a domain': "<item jid='b'/>",
  };
  for (const [what, item] of Object.entries(tried)) await scene.act(alice, what, set(item));
  await scene.act(alice, 'get', get());
  await scene.act(
    alice,
    "get bob's",
    `<iq type='get' id='get' to='${await scene.account('bob')}'><query ${ROSTER}/></iq>`,
  );
};

/** Who gets pushes (FB1: before the roster was asked for). */
const interest: Play = async (scene) => {
  const one = await scene.login('alice/one');
  const two = await scene.login('alice/two');
  const three = await scene.login('alice/three');
  await scene.act(three, 'is there', '<presence/>');
  await scene.act(one, 'set', set("<item jid='a@b'/>"));
  await scene.act(two, 'get', get());
  await scene.act(one, 'set', set("<item jid='c@b'/>"));
};

/** Requests, answers and what ends them, once and again (FB2, FB3). */
const subscriptions: Play = async (scene) => {
  const alice = await scene.online('alice/phone');
  const bob = await scene.online('bob/desk');
  const asks = (what = 'subscribe'): Promise<void> =>
    scene.act(alice, what, `<presence type='subscribe' to='${bob.bare}' id='s'><status>hi</status></presence>`);
  const says = (who: typeof alice, type: string, what = type): Promise<void> =>
    scene.act(who, what, presence(type, who === alice ? bob.bare : alice.bare));
  await asks();
  await asks('subscribe again');
  await says(alice, 'unsubscribe', 'withdraw the request');
  await asks();
  await says(bob, 'subscribed');
  await says(bob, 'subscribed', 'subscribed again');
  await asks('subscribe where it is');
  await says(alice, 'unsubscribe');
  await says(alice, 'unsubscribe', 'unsubscribe again');
  await asks();
  await says(bob, 'unsubscribed', 'refuse');
  await says(bob, 'unsubscribed', 'refuse again');
  await asks();
  await says(bob, 'subscribed');
  await says(bob, 'unsubscribed', 'revoke');
  await scene.act(alice, 'subscribe to the full address', presence('subscribe', bob.full));
};

/** A removal from each state (FB12: how many pushes). */
const removals: Play = async (scene) => {
  const alice = await scene.online('alice/phone');
  const bob = await scene.online('bob/desk');
  const remove = (what: string): Promise<void> =>
    scene.act(alice, `remove, ${what}`, set(`<item jid='${bob.bare}' subscription='remove'/>`));
  await scene.act(alice, 'set', set(`<item jid='${bob.bare}'/>`));
  await remove('none');
  await scene.act(alice, 'subscribe', presence('subscribe', bob.bare));
  await remove('asked');
  await scene.act(bob, 'unsubscribed', presence('unsubscribed', alice.bare));
  await scene.act(alice, 'subscribe', presence('subscribe', bob.bare));
  await scene.act(bob, 'subscribed', presence('subscribed', alice.bare));
  await remove('to');
  await scene.act(bob, 'subscribe', presence('subscribe', alice.bare));
  await scene.act(alice, 'subscribed', presence('subscribed', bob.bare));
  await remove('from');
  await scene.befriend(alice, bob);
  await remove('both');
  await scene.act(bob, 'get', get());
};

/** An approval before it is asked for (FB12, RFC 6121 §3.4). */
const preApproval: Play = async (scene) => {
  const alice = await scene.online('alice/phone');
  const bob = await scene.online('bob/desk');
  await scene.act(bob, 'approve before', presence('subscribed', alice.bare));
  await scene.act(alice, 'subscribe', presence('subscribe', bob.bare));
};

/** What becomes of a name that somebody has got who asks, or who was approved of before. */
const names: Play = async (scene) => {
  const alice = await scene.online('alice/phone');
  const bob = await scene.online('bob/desk');
  const name = (what: string): Promise<void> =>
    scene.act(bob, what, set(`<item jid='${alice.bare}' name='Alice'><group>Friends</group></item>`));
  const says = (who: typeof alice, type: string, what = type): Promise<void> =>
    scene.act(who, what, presence(type, who === alice ? bob.bare : alice.bare));
  await says(alice, 'subscribe');
  await name('name who asks');
  await scene.act(bob, 'get', get());
  await says(bob, 'unsubscribed', 'refuse');
  await scene.act(bob, 'get', get());
  await says(alice, 'subscribe');
  await name('name who asks');
  await says(alice, 'unsubscribe', 'withdraw the request');
  await scene.act(bob, 'get', get());
  await name('name, and');
  await says(alice, 'subscribe', 'then subscribe');
  await scene.act(bob, 'get', get());
  await says(bob, 'unsubscribed', 'refuse');
  await scene.act(bob, 'get', get());
  await says(bob, 'subscribed', 'approve before');
  await name('name who is approved of');
  await says(alice, 'subscribe');
};

/** Requests to one who is not there. */
const requests: Play = async (scene) => {
  const alice = await scene.online('alice/phone');
  const bare = await scene.account('bob');
  await scene.act(alice, 'subscribe', presence('subscribe', bare));
  const bob = await scene.login('bob/desk');
  await scene.act(bob, 'get', get());
  await scene.act(bob, 'is there', '<presence/>');
  bob.drop();
  await scene.note('bob is cut off');
  const again = await scene.login('bob/desk');
  await scene.act(again, 'is there', '<presence/>');
  again.drop();
  await scene.note('bob is cut off');
  await scene.act(alice, 'withdraw the request', presence('unsubscribe', bare));
  const last = await scene.login('bob/desk');
  await scene.act(last, 'is there', '<presence/>');
};

/** Presence of friends: who hears what, with which addresses. */
const friends: Play = async (scene) => {
  const alice = await scene.online('alice/phone');
  const bob = await scene.online('bob/desk');
  await scene.befriend(alice, bob);
  await scene.act(alice, 'away', '<presence><show>away</show></presence>');
  await scene.act(alice, 'not there', "<presence type='unavailable'><status>bye</status></presence>");
  await scene.act(alice, 'there', '<presence/>');
  const tab = await scene.login('alice/tab');
  await scene.act(tab, 'there', '<presence><priority>-1</priority></presence>');
  tab.drop();
  await scene.note('the tab is cut off');
  await scene.act(alice, 'probe', presence('probe', bob.bare));
  await scene.act(alice, 'directed', `<presence to='${bob.bare}'/>`);
  await scene.act(alice, 'unavailable to the bare address', presence('unavailable', bob.bare));
  bob.drop();
  await scene.note('bob is cut off');
  await scene.act(alice, 'probe', presence('probe', bob.bare));
};

/** Who hears again of one who is not there. */
const absence: Play = async (scene) => {
  const alice = await scene.online('alice/phone');
  const tab = await scene.online('alice/tab');
  const bob = await scene.online('bob/desk');
  await scene.befriend(alice, bob);
  await scene.act(alice, 'not there', "<presence type='unavailable'/>");
  await scene.act(alice, 'not there, again', "<presence type='unavailable'/>");
  alice.drop();
  await scene.note('the phone is cut off');
  tab.drop();
  await scene.note('the tab is cut off');
};

/** What is asked of one who is not there, and has approved before: a server may look into either roster. */
const absent: Play = async (scene) => {
  const alice = await scene.online('alice/phone');
  const bob = await scene.online('bob/desk');
  await scene.act(alice, 'approve before', presence('subscribed', bob.bare));
  alice.drop();
  await scene.note('alice is cut off');
  await scene.act(bob, 'subscribe', presence('subscribe', alice.bare));
  await scene.act(bob, 'probe', presence('probe', alice.bare));
  await scene.act(bob, 'subscribe again', presence('subscribe', alice.bare));
  const again = await scene.login('alice/phone');
  await scene.act(again, 'get', get());
  await scene.act(again, 'is there', '<presence/>');
  await scene.act(bob, 'probe', presence('probe', alice.bare));
  await scene.act(bob, 'subscribe once more', presence('subscribe', alice.bare));
};

/** Types that there are not, and those that need an address (FB8). */
const types: Play = async (scene) => {
  const alice = await scene.online('alice/phone');
  const bob = await scene.online('bob/desk');
  await scene.befriend(alice, bob);
  for (const type of ['bogus', 'Unavailable', 'available', 'probe', 'error']) {
    await scene.act(alice, `${type} to nobody`, `<presence type='${type}' id='t'/>`);
    if (type !== 'error') await scene.act(alice, `${type} to bob`, presence(type, bob.bare));
  }
};

/** A second session with the same resource. */
const conflict: Play = async (scene) => {
  const alice = await scene.online('alice/phone');
  const bob = await scene.online('bob/desk');
  await scene.befriend(alice, bob);
  const second = await scene.login('alice/phone');
  await scene.note('the resource is taken');
  await scene.act(second, 'there', '<presence/>');
};

/** What is not known, and what is private. */
const questions: Play = async (scene) => {
  const alice = await scene.login('alice/phone');
  const bob = await scene.account('bob');
  const iq = (what: string, type: 'get' | 'set', to: string | undefined, payload: string): Promise<void> =>
    scene.act(alice, what, `<iq type='${type}' id='q'${to ? ` to='${to}'` : ''}>${payload}</iq>`);
  const unknown = "<query xmlns='urn:example:unknown'/>";
  await iq('unknown to the server', 'get', scene.domain, unknown);
  await iq('unknown to bob', 'get', bob, unknown);
  await iq('unknown to a resource that is not there', 'get', `${bob}/nowhere`, unknown);
  await iq('unknown to nobody', 'get', `nobody@${scene.domain}`, unknown);
  await iq('unknown to herself', 'get', undefined, unknown);
  await iq('session', 'set', undefined, "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>");
  const data = (inside: string): string => `<query xmlns='jabber:iq:private'>${inside}</query>`;
  await iq('private data', 'get', undefined, data("<x xmlns='urn:example:x'/>"));
  await iq('private data', 'set', undefined, data("<x xmlns='urn:example:x'><y/></x>"));
  await iq('private data', 'get', undefined, data("<x xmlns='urn:example:x'/>"));
};

/** What is played. */
export const PLAYS: Readonly<Record<string, Play>> = {
  features,
  versions,
  items,
  interest,
  subscriptions,
  removals,
  'pre-approval': preApproval,
  names,
  requests,
  friends,
  absence,
  absent,
  types,
  conflict,
  questions,
};
