import { Logger, type Message } from '@sestina/core';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { MultiUserChat } from '@sestina/xep-0045';
import { Bookmarks } from '@sestina/xep-0402';
import { describe, expect, it } from 'vitest';
import { NotificationSettings, type NotificationValue } from '../src/index.js';
import { ACCOUNT, enter, event, INFO, item, items, notify, ROMEO, ROOM, say, useSettings } from './helpers.js';

const start = useSettings();
const CHAT = { from: `${ROMEO}/x`, type: 'chat' };

class Lines extends Logger {
  readonly lines: string[] = [];
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.lines.push(`${message} ${fields?.['error']}`);
  }
  info(): void {}
  warn(): void {}
  error(): void {}
}

describe('a setting', () => {
  it('is one of three words, whichever', async () => {
    const { settings } = await start();
    for (const value of ['always', 'on-mention', 'never'] as NotificationValue[]) {
      await settings.set(ROMEO, value);
      expect(settings.of(ROMEO)).toBe(value);
    }
  });

  it('of a room without a bookmark is kept here, and of a service as well', async () => {
    const { stream, settings, storage } = await start();
    await settings.set(ROOM, 'never');
    await settings.set('rooms.example', 'never');
    await stream.expectNothingSent();
    expect(await storage.keys('')).toEqual([`xep-0492/${ACCOUNT}/${ROOM}`, `xep-0492/${ACCOUNT}/rooms.example`]);
    await enter(stream);
    expect(settings.of(ROOM)).toBe('never');
  });

  it('holds for all programs unless it is said to be for this kind', async () => {
    const { stream, settings } = await start([item(ROOM)]);
    const done = settings.set(ROOM, 'never');
    done.catch(() => {});
    await stream.recvResult(await stream.nextSent(), items(item(ROOM)));
    await stream.recvResult(
      await stream.nextSent(),
      `<query xmlns='${INFO}'><identity category='pubsub' type='pep'/><feature var='http://jabber.org/protocol/pubsub#publish-options'/></query>`,
    );
    expect(`${await stream.nextSent()}`).not.toContain('identity-type');
  });

  it('is not found out where the server fails for now', async () => {
    const { stream, settings, request, told } = await start(null);
    await stream.recvError(request, 'internal-server-error');
    const refused = expect(settings.set(ROOM, 'never')).rejects.toMatchObject({ condition: 'resource-constraint' });
    await stream.recvError(await stream.nextSent(), 'resource-constraint');
    await refused;
    expect(told).toEqual([]);
  });

  it('is that of the bookmarks that were there before the plugin', async () => {
    const { xmpp } = await start([item(ROOM, notify('<never/>'))]);
    xmpp.use(Bookmarks);
    xmpp.remove(NotificationSettings);
    expect(xmpp.plugin(Bookmarks).ready).toBe(true);
    expect(xmpp.use(NotificationSettings).of(ROOM)).toBe('never');
  });

  it('is for what this program says that it is, also where that changes', async () => {
    const inside = notify(`<always/><never identity-category='client' identity-type='bot'/>`);
    const { settings, xmpp } = await start([item(ROOM, inside)]);
    expect(settings.of(ROOM)).toBe('always');
    const bot = xmpp.plugin(ServiceDiscovery).addIdentity({ category: 'client', type: 'bot' });
    await new Promise<void>((resolve) => xmpp.clock.nextTurn(resolve));
    expect(settings.of(ROOM)).toBe('never');
    bot.dispose();
    await new Promise<void>((resolve) => xmpp.clock.nextTurn(resolve));
    expect(settings.of(ROOM)).toBe('always');
  });
});

describe('a notification', () => {
  it('is for what is old enough, to the millisecond, and at once where nothing may be old', async () => {
    const { stream, notified } = await start([], { maxAge: 0 });
    const delay = (ago: number): string =>
      `<delay xmlns='urn:xmpp:delay' from='capulet.com' stamp='${new Date(stream.clock.now() - ago).toISOString()}'/>`;
    await stream.recv(say('now', { ...CHAT, more: delay(0) }) + say('before', { ...CHAT, more: delay(1) }));
    expect(notified).toEqual([
      ['now', true],
      ['before', false],
    ]);
  });

  it('is for words that somebody says to us', async () => {
    const { stream, xmpp, settings } = await start();
    const made = (context: object, type: 'chat' | 'error' = 'chat'): Message => {
      const message = xmpp.message({ from: ROMEO, to: ACCOUNT, type, body: 'x' });
      const given = { kind: 'chat', class: 'content', way: 'in', peer: message.from, author: { jid: message.from } };
      Object.defineProperty(message, 'context', { value: { ...given, source: 'stream', ...context } });
      return message;
    };
    const all = [made({}), made({}, 'error'), made({ class: 'signal' }), made({ way: 'out' }), made({ history: true })];
    expect(all.map((message) => settings.shouldNotify(message))).toEqual([true, false, false, false, false]);
    await stream.expectNothingSent();
  });

  it('in a chat that is for mentions is for our name, and for answers to us', async () => {
    const { stream, settings, notified } = await start();
    await settings.set(ROMEO, 'on-mention');
    await stream.recv(say('hello', CHAT) + say('juliet?', CHAT));
    await stream.recv(say('yes', { ...CHAT, more: `<reply xmlns='urn:xmpp:reply:0' to='${ACCOUNT}' id='1'/>` }));
    expect(notified.map(([, value]) => value)).toEqual([false, true, true]);
  });

  it('in a room that was left is for the nick of its bookmark, and without one for nobody', async () => {
    const { stream, xmpp, notified } = await start([item(ROOM)]);
    const claims = [ROOM, 'mantua@rooms.example'].map((room) => xmpp.claim(room, { kind: 'room' }));
    await stream.recv(say('Jule?') + say('Jule?', { from: 'mantua@rooms.example/Romeo' }));
    expect(notified.map(([, value]) => value)).toEqual([true, false]);
    for (const claim of claims) claim.dispose();
  });

  it('follows each test until that is disposed of, and says which one fails', async () => {
    const { stream, settings, notified } = await start();
    await settings.set(ROMEO, 'on-mention');
    const [one, other] = ['one', 'other'].map((text) => settings.addMentionTest(({ body }) => body === text));
    const [seen] = ['one', 'other'].map((text) => settings.addSeenTest(({ body }) => body === `juliet ${text}`));
    one?.dispose();
    seen?.dispose();
    for (const body of ['one', 'other', 'juliet one', 'juliet other']) await stream.recv(say(body, CHAT));
    expect(notified.map(([, value]) => value)).toEqual([false, true, true, false]);
    other?.dispose();
    settings.addMentionTest(() => {
      throw new Error('broken');
    });
    await stream.recv(say('x', CHAT));
    expect(stream.errors).toMatchObject([{ where: 'a test of notifications' }]);
  });

  it('is forgotten to have been displayed elsewhere with the session', async () => {
    const { stream, xmpp, notified } = await start();
    xmpp.emit('displayedSynced', { peer: xmpp.message({ to: ROMEO }).to, archiveId: 'a1', own: false } as never);
    await stream.idle();
    await stream.disconnect();
    await stream.connect();
    xmpp.messages.describe((_message, context) => Object.assign(context, { archiveId: 'a1' }));
    await stream.recv(say('x', CHAT));
    expect(notified).toEqual([['x', true]]);
  });
});

describe('a room that is entered', () => {
  it.each([
    ['has a setting in its bookmark', notify('<never/>'), false],
    ['has none', '', true],
  ])('is asked what it is where it %s', async (_what, inside, asked) => {
    const { stream } = await start([item(ROOM, inside)]);
    stream.skipSent();
    await enter(stream);
    await stream.idle();
    expect(stream.sent.some((sent) => sent.attribute('to') === ROOM && sent.child('query', INFO))).toBe(asked);
  });

  it('is not asked where its setting is kept here', async () => {
    const { stream, settings } = await start();
    await settings.set(ROOM, 'always');
    await enter(stream);
    await stream.idle();
    expect(stream.sent.some((sent) => sent.attribute('to') === ROOM && sent.child('query', INFO))).toBe(false);
  });

  it('that does not say what it is stays one for mentions, and the log says so', async () => {
    const logger = new Lines();
    const { stream, settings } = await start([], {}, undefined, logger);
    await enter(stream);
    await stream.idle();
    const asked = stream.sent.find((sent) => sent.attribute('to') === ROOM && sent.child('query', INFO));
    await stream.recvError(asked as never, 'forbidden');
    await stream.idle();
    expect(settings.of(ROOM)).toBe('on-mention');
    expect(
      logger.lines.filter((line) => line.startsWith(`${ROOM} did not say what it is`) && line.includes('forbidden')),
    ).toHaveLength(1);
  });

  it('is asked no longer than the plugin is there', async () => {
    const logger = new Lines();
    const { stream, xmpp } = await start([], {}, undefined, logger);
    await enter(stream);
    await stream.idle();
    expect(xmpp.plugin(MultiUserChat).room(ROOM)).toBeDefined();
    xmpp.remove(NotificationSettings);
    await stream.idle();
    expect(logger.lines.filter((line) => line.includes('did not say'))).toEqual([]);
    await stream.recv(event(item(ROOM, notify('<never/>'))));
    expect(stream.errors).toEqual([]);
  });
});
