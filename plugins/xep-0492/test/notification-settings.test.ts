import { JID, MemoryStorage } from '@sestina/core';
import { ScriptedStream } from '@sestina/testing';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { MultiUserChat } from '@sestina/xep-0045';
import { Bookmarks } from '@sestina/xep-0402';
import { describe, expect, it } from 'vitest';
import { NotificationSettings } from '../src/index.js';
import {
  ACCOUNT,
  enter,
  event,
  INFO,
  item,
  items,
  notify,
  OWN,
  publish,
  ROMEO,
  ROOM,
  say,
  useSettings,
} from './helpers.js';

const start = useSettings();

describe('the setting of a room', () => {
  it('is in its bookmark, for the kind of program that this is', async () => {
    const inside = notify(`<always/><never identity-category='client' identity-type='pc'/>`);
    const { settings, xmpp } = await start([item(ROOM, inside)]);
    expect([settings.of(ROOM), settings.of('Verona@Rooms.Example')]).toEqual(['never', 'never']);
    expect(xmpp.plugin(Bookmarks).get(ROOM)?.notify?.always).toHaveLength(1);
    const phone = await start([item(ROOM, inside)], { identity: { category: 'client', type: 'phone' } });
    expect(phone.settings.of(ROOM)).toBe('always');
    const bot = await start([item(ROOM, notify(`<never identity-category='client' identity-type='bot'/>`))]);
    bot.xmpp.plugin(ServiceDiscovery).addIdentity({ category: 'client', type: 'bot' });
    expect(bot.settings.of(ROOM)).toBe('never');
  });

  it('is told when another device changes it, and nobody else can', async () => {
    const { stream, settings, told } = await start([item(ROOM, notify('<always/>'))]);
    for (const from of [ROMEO, OWN, ROOM, 'capulet.com', 'rooms.example']) {
      await stream.recv(event(item(ROOM, notify('<never/>')), from));
      await stream.recv(event(`<retract id='${ROOM}'/>`, from));
    }
    expect([told, settings.of(ROOM)]).toEqual([[], 'always']);
    await stream.recv(event(item(ROOM, notify('<never/>'))));
    await stream.recv(event(item(ROOM, notify('<never/>'), 'Juliet')));
    await stream.recv(event(item('mantua@rooms.example')));
    await stream.recv(event(item(ROOM, notify('<nonsense/>'))));
    await stream.recv(event(item(ROOM, notify('<always/>'))));
    await stream.recv(event(`<retract id='${ROOM}'/>`));
    expect(told).toEqual([
      [ROOM, 'always', 'never'],
      [ROOM, 'never', 'on-mention'],
      [ROOM, 'on-mention', 'always'],
      [ROOM, 'always', 'on-mention'],
    ]);
    expect(stream.errors).toEqual([]);
  });

  it('is written beside what others keep, and told when it is', async () => {
    const advanced = `<advanced><rule xmlns='urn:other'/></advanced>`;
    const before = item(ROOM, `<pinned xmlns='urn:pin'/>${notify(`<on-mention>${advanced}</on-mention>`)}`);
    const { stream, settings, told } = await start([before]);
    const done = settings.set(ROOM, 'never', { thisDeviceType: true });
    const written = await publish(stream, before);
    await done;
    expect(written).toContain('urn:pin');
    expect(written).toContain('<on-mention><advanced>');
    expect(written).toContain(`<never identity-category='client' identity-type='pc'/>`);
    expect([told, settings.of(ROOM)]).toEqual([[[ROOM, 'on-mention', 'never']], 'never']);
  });

  it('goes on between two sessions, and what has changed meanwhile is told', async () => {
    const { stream, settings, told } = await start([item(ROOM, notify('<never/>')), item('a@rooms.example')]);
    await stream.disconnect();
    expect([told, settings.of(ROOM)]).toEqual([[], 'never']);
    await stream.connect();
    expect(settings.of(ROOM)).toBe('never');
    await stream.recvResult(await stream.nextSent(), items(item(ROOM, notify('<always/>')), item('a@rooms.example')));
    expect(told).toEqual([[ROOM, 'never', 'always']]);
  });

  it('is asked for where not all bookmarks are known yet', async () => {
    const { stream, settings, request } = await start(null);
    const done = settings.set(ROOM, 'never');
    const asked = await stream.nextSent();
    expect(`${asked}`).toContain(`<item id='${ROOM}'/>`);
    await stream.recvResult(asked, items(item(ROOM)));
    const written = await publish(stream, item(ROOM));
    await done;
    expect(written).toContain('<never/>');
    await stream.recvResult(request, items(item(ROOM, notify('<never/>'))));
    expect(settings.of(ROOM)).toBe('never');
  });

  it('is for members of a private room always, else when they are mentioned', async () => {
    const { stream, settings, told } = await start([item(ROOM), item('mantua@rooms.example')]);
    expect(settings.of(ROOM)).toBe('on-mention');
    stream.skipSent();
    await enter(stream);
    stream.skipSent();
    await stream.idle();
    const asked = stream.sent.find((sent) => sent.attribute('to') === ROOM && sent.child('query', INFO));
    expect(asked).toBeDefined();
    await stream.recvResult(
      asked as never,
      `<query xmlns='${INFO}'><identity category='conference' type='text'/><feature var='muc_membersonly'/></query>`,
    );
    expect([settings.of(ROOM), settings.of('mantua@rooms.example')]).toEqual(['always', 'on-mention']);
    expect([settings.of(`${ROOM}/Romeo`), settings.of(ROMEO), told]).toEqual(['always', 'always', []]);
  });
});

describe('the setting of a contact', () => {
  it('is kept in the storage, and is there after a restart', async () => {
    const { settings, storage, told } = await start();
    await settings.set(`${ROMEO}/orchard`, 'never', { thisDeviceType: true });
    await settings.set(ROMEO, 'never');
    expect([settings.of(ROMEO), settings.of(`${ROMEO}/x`), told]).toEqual([
      'never',
      'never',
      [[ROMEO, 'always', 'never']],
    ]);
    expect(await storage.keys('')).toEqual([`xep-0492/${ACCOUNT}/${ROMEO}`]);
    await storage.set(`xep-0492/${ACCOUNT}/nurse@capulet.com`, 'nonsense');
    await storage.set('xep-0492/tybalt@capulet.com/peter@capulet.com', 'never');
    const again = await start([], {}, storage);
    expect([ROMEO, 'nurse@capulet.com', 'peter@capulet.com'].map((peer) => again.settings.of(peer))).toEqual([
      'never',
      'always',
      'always',
    ]);
  });

  it('needs no server that keeps bookmarks', async () => {
    const { stream, settings, request } = await start(null);
    await stream.recvError(request, 'service-unavailable');
    const done = settings.set(ROMEO, 'never');
    await stream.recvError(await stream.nextSent(), 'service-unavailable');
    await done;
    expect(settings.of(ROMEO)).toBe('never');
  });

  it('is not set where it cannot be kept, and a storage that hangs keeps nobody from his session', async () => {
    class Hanging extends MemoryStorage {
      override keys = (): Promise<string[]> => new Promise(() => {});
      override set = (): Promise<void> => new Promise(() => {});
    }
    const { stream, settings, told } = await start([], {}, new Hanging());
    const done = expect(settings.set(ROMEO, 'never')).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await stream.clock.advance(10_000);
    await done;
    expect([settings.of(ROMEO), told]).toEqual(['always', []]);
  });

  it('is one of three words', async () => {
    const { settings, stream } = await start();
    await expect(settings.set(ROMEO, 'sometimes' as never)).rejects.toBeInstanceOf(TypeError);
    await expect(settings.set('@', 'never')).rejects.toMatchObject({ code: 'ERR_JID' });
    await stream.expectNothingSent();
  });
});

describe('notifications', () => {
  it('are for what mentions us in a public room', async () => {
    const { stream, notified } = await start([item(ROOM)]);
    await enter(stream);
    await stream.recv(say('hello all'));
    await stream.recv(say('Jule?'));
    await stream.recv(say('yes', { more: `<reply xmlns='urn:xmpp:reply:0' to='${ROOM}/Jule' id='1'/>` }));
    await stream.recv(say('no', { more: `<reply xmlns='urn:xmpp:reply:0' to='${ACCOUNT}' id='1'/>` }));
    await stream.recv(say('psst', { type: 'chat', more: `<x xmlns='http://jabber.org/protocol/muc#user'/>` }));
    expect(notified).toEqual([
      ['hello all', false],
      ['Jule?', true],
      ['yes', true],
      ['no', false],
      ['psst', true],
    ]);
  });

  it('are for nothing where that is set, not even for what is whispered', async () => {
    const { stream, notified } = await start([item(ROOM, notify('<never/>'))]);
    await enter(stream);
    await stream.recv(say('Jule?'));
    await stream.recv(say('psst', { type: 'chat', more: `<x xmlns='http://jabber.org/protocol/muc#user'/>` }));
    expect(notified.map(([, value]) => value)).toEqual([false, false]);
  });

  it('are not for what we say ourselves, what is old, and what is nothing to read', async () => {
    const { stream, notified } = await start([], { maxAge: 60_000 });
    const from = { from: `${ROMEO}/x`, type: 'chat' };
    const delay = (ago: number): string =>
      `<delay xmlns='urn:xmpp:delay' from='capulet.com' stamp='${new Date(stream.clock.now() - ago).toISOString()}'/>`;
    await stream.recv(say('now', from));
    await stream.recv(say('a moment ago', { ...from, more: delay(30_000) }));
    await stream.recv(say('yesterday', { ...from, more: delay(90_000) }));
    await stream.recv(say('own', { from: `${ACCOUNT}/phone`, type: 'chat' }));
    expect(notified).toEqual([
      ['now', true],
      ['a moment ago', true],
      ['yesterday', false],
      ['own', false],
    ]);
  });

  it('are not for what a room replays, or an archive gives', async () => {
    const { stream, xmpp, settings, notified } = await start([item(ROOM, notify('<always/>'))]);
    void xmpp.plugin(MultiUserChat).join(ROOM, { nick: 'Jule' });
    await stream.idle();
    await stream.recv(
      `<presence from='${ROOM}/Jule' to='${OWN}'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='member' role='participant'/><status code='110'/></x></presence>`,
    );
    const stamp = new Date(stream.clock.now()).toISOString();
    await stream.recv(say('before', { more: `<delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='${stamp}'/>` }));
    await stream.recv(`<message from='${ROOM}' to='${OWN}' type='groupchat'><subject/></message>`);
    await stream.recv(say('after'));
    const archived = xmpp.message({ body: 'archived', type: 'chat', from: ROMEO, to: ACCOUNT });
    await xmpp.messages.deliver(archived, { source: 'archive', way: 'in', peer: ROMEO, by: ACCOUNT } as never);
    await stream.idle();
    expect(notified.filter(([text]) => text !== undefined)).toEqual([
      ['before', false],
      ['after', true],
      ['archived', false],
    ]);
    expect(settings.of(ROOM)).toBe('always');
  });

  it('are not for what another device has displayed, as far as that shows', async () => {
    const { stream, xmpp, notified } = await start();
    const from = { from: `${ROMEO}/x`, type: 'chat' };
    const at = (ago: number): Date => new Date(stream.clock.now() - ago);
    const late = (ago: number): string =>
      `<delay xmlns='urn:xmpp:delay' from='capulet.com' stamp='${at(ago).toISOString()}'/>`;
    const place = { peer: JID.from(ROMEO), archiveId: 'a1', own: false };
    xmpp.emit('displayedSynced', { ...place, facts: undefined });
    await stream.recv(say('not known yet', { ...from, more: late(60_000) }));
    xmpp.emit('displayedSynced', { ...place, facts: { sentAt: at(30_000) } as never });
    await stream.idle();
    await stream.recv(say('before', { ...from, more: late(60_000) }));
    await stream.recv(say('after', { ...from, more: late(10_000) }));
    await stream.recv(say('by another', { from: 'nurse@capulet.com/x', type: 'chat', more: late(60_000) }));
    // A clock that is ahead, here or there, silences nobody.
    xmpp.emit('displayedSynced', { ...place, facts: { sentAt: at(-600_000) } as never });
    await stream.idle();
    await stream.recv(say('now', from));
    xmpp.messages.describe((_message, context) => Object.assign(context, { archiveId: 'a1' }));
    await stream.recv(say('that one', from));
    expect(notified.map(([, value]) => value)).toEqual([true, false, true, true, true, false]);
  });

  it('follow what others know of mentions and of other devices', async () => {
    const { stream, settings, notified } = await start([item(ROOM)]);
    const mention = settings.addMentionTest(({ body }) => body === 'you there');
    const seen = settings.addSeenTest(({ body }) => body === 'Jule, seen');
    settings.addSeenTest(() => {
      throw new Error('broken');
    });
    await enter(stream);
    await stream.recv(say('you there'));
    await stream.recv(say('Jule, seen'));
    mention.dispose();
    seen.dispose();
    await stream.recv(say('you there'));
    await stream.recv(say('Jule, seen'));
    expect(notified.map(([, value]) => value)).toEqual([true, false, false, true]);
    expect(stream.errors.length).toBeGreaterThan(0);
  });
});

it('is for clients, and leaves nothing behind', async () => {
  await expect(ScriptedStream.start({ kind: 'component', plugins: [NotificationSettings] })).rejects.toThrow(
    'xep-0492',
  );
  const { stream, xmpp, settings, told } = await start([item(ROOM, notify('<always/>'))]);
  const waits = settings.set(ROOM, 'never');
  const refused = expect(waits).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
  await stream.idle();
  xmpp.remove(NotificationSettings);
  await refused;
  await stream.recv(event(item(ROOM, notify('<never/>'))));
  expect(told).toEqual([]);
});
