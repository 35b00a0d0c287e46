import { ClientXMPP } from '@sestina/client';
import { ComponentXMPP } from '@sestina/component';
import { ConfigError, ConsoleLogger, type Logger, PluginError, Registration, SilentLogger } from '@sestina/core';
import { MemoryMessageIndex, MessageIndex } from '@sestina/message-index';
import { InstantMessaging, type InstantMessagingOptions } from '@sestina/preset-im';
import { RoomMessaging } from '@sestina/preset-im/rooms';
import { MultiUserChat } from '@sestina/xep-0045';
import { SoftwareVersion } from '@sestina/xep-0092';
import { Ping } from '@sestina/xep-0199';
import { MessageArchive } from '@sestina/xep-0313';
import { IdleTime } from '@sestina/xep-0319';
import { Activity, ClientState } from '@sestina/xep-0352';
import { describe, expect, it } from 'vitest';
import { leftOn, Stage } from './support.js';

const client = (logger: Logger = new SilentLogger()): ClientXMPP =>
  new ClientXMPP({ jid: 'romeo@play.example', password: 'secret', logger });

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

class NotedLogger extends ConsoleLogger {
  readonly warnings: string[] = [];

  override warn(message: string): void {
    this.warnings.push(message);
  }
}

/** Whether somebody uses the program, as the test says. */
class Hand extends Activity {
  readonly callbacks = new Set<() => void>();
  active = true;

  override onChange(callback: () => void): Registration {
    this.callbacks.add(callback);
    return new Registration(() => this.callbacks.delete(callback));
  }

  say(active: boolean): void {
    this.active = active;
    for (const callback of this.callbacks) callback();
  }
}

describe('options', () => {
  it('are those of the plugins', () => {
    const xmpp = client();
    const im = xmpp.use(InstantMessaging, { rooms: { nick: 'Romeo' }, receipts: false, version: { name: 'Play' } });
    expect(im.parts.rooms).toBe(xmpp.plugin(MultiUserChat));
    expect(im.parts.receipts).toBeUndefined();
    expect(im.parts.version).toBe(xmpp.plugin(SoftwareVersion));
    expect([...xmpp.advertised]).not.toContain('urn:xmpp:receipts');
    expect([...xmpp.advertised]).toContain('jabber:iq:version');
  });

  it('are refused where they are none, by the compiler and when the program runs', () => {
    // @ts-expect-error there is no such part
    const unknown = thrown(() => client().use(InstantMessaging, { romms: true }));
    expect(unknown).toMatchObject({ code: 'ERR_PLUGIN_OPTIONS', message: expect.stringContaining('"romms"') });
    // @ts-expect-error the plugin has no such option
    const inner = thrown(() => client().use(InstantMessaging, { rooms: { nik: 'Romeo' } }));
    expect(inner).toMatchObject({ code: 'ERR_PLUGIN_OPTIONS', plugin: 'xep-0045' });
    // @ts-expect-error a nick is a text
    const value = thrown(() => client().use(InstantMessaging, { rooms: { nick: 5 } }));
    expect(value).toMatchObject({ code: 'ERR_CONFIG', option: 'nick' });
    const xmpp = client();
    expect(thrown(() => xmpp.use(InstantMessaging, { upload: { bufferBytes: -1 } }))).toBeInstanceOf(ConfigError);
    expect(xmpp.plugins.ids).toEqual([]);
  });

  it('that need a part which is switched off are refused with both names', () => {
    const options: Partial<InstantMessagingOptions>[] = [
      { rooms: false, bookmarks: true },
      { index: false, replies: { quote: false } },
      { stanzaIds: false, archive: true },
      { disco: false, avatars: true },
    ];
    for (const given of options) {
      const [off = '', asked = ''] = Object.keys(given);
      const error = thrown(() => client().use(InstantMessaging, given));
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({ option: asked, message: expect.stringContaining(off) });
    }
  });

  it('switch off what cannot be there without, too', () => {
    const xmpp = client();
    const { parts } = xmpp.use(InstantMessaging, { rooms: false });
    expect(xmpp.plugins.has(MultiUserChat)).toBe(false);
    for (const name of ['bookmarks', 'invitations', 'selfPing', 'occupantIds', 'moderation'] as const)
      expect(parts[name]).toBeUndefined();
    expect(parts.legacyBookmarks).toBeDefined();
    expect([...xmpp.advertised].filter((feature) => /muc|conference/.test(feature))).toEqual([]);
  });
});

describe('what the application uses itself', () => {
  it('stays as it is, and when the preset is removed', () => {
    const logger = new NotedLogger();
    const xmpp = client(logger);
    const ping = xmpp.use(Ping, { answer: 'nobody' });
    const { parts } = xmpp.use(InstantMessaging, { ping: { answer: 'everybody' } });
    expect(parts.ping).toBe(ping);
    expect(logger.warnings).toEqual([expect.stringMatching(/xep-0199 .*ping/)]);
    expect(xmpp.use(MultiUserChat)).toBe(parts.rooms);
    xmpp.remove(InstantMessaging);
    expect(xmpp.plugins.has(Ping)).toBe(true);
    expect(xmpp.plugins.has(MultiUserChat)).toBe(true);
    expect(xmpp.plugins.has(MessageArchive)).toBe(false);
    xmpp.remove(Ping);
  });

  it('takes the place of a part, where it stands behind the same class', () => {
    class OwnIndex extends MemoryMessageIndex {}
    const xmpp = client();
    const own = xmpp.use(OwnIndex);
    const im = xmpp.use(InstantMessaging, { replies: true });
    expect(xmpp.plugin(MessageIndex)).toBe(own);
    expect(xmpp.plugins.has(MemoryMessageIndex)).toBe(false);
    expect(im.parts.replies).toBeDefined();
    const without = client();
    without.use(OwnIndex);
    expect(without.use(InstantMessaging, { index: false, replies: true }).parts.replies).toBeDefined();
  });

  it('cannot take a part away under the preset', () => {
    const xmpp = client();
    xmpp.use(InstantMessaging);
    expect(thrown(() => xmpp.remove(MessageArchive))).toMatchObject({ code: 'ERR_PLUGIN_IN_USE' });
  });
});

describe('privacy', () => {
  it('quiet announces nothing that shows that we are there', () => {
    const normal = client();
    normal.use(InstantMessaging, { time: true, version: { name: 'Play' }, lastActivity: true });
    const quiet = client();
    quiet.use(InstantMessaging, { time: true, version: { name: 'Play' }, lastActivity: true, privacy: 'quiet' });
    const gone = [...normal.advertised].filter((feature) => !quiet.advertised.has(feature));
    expect(gone).toContain('http://jabber.org/protocol/chatstates');
    expect(gone).toContain('urn:xmpp:time');
  });

  it('quiet answers no receipt, marker or state to a contact, and what is given for a part goes before', async () => {
    for (const receipts of [undefined, { answer: 'contacts' }] as const) {
      await using stage = new Stage();
      const romeo = stage.client('romeo');
      const juliet = stage.client('juliet');
      romeo.use(InstantMessaging, { privacy: 'quiet', ...(receipts && { receipts }) });
      juliet.use(InstantMessaging);
      await Promise.all([romeo.connect(), juliet.connect()]);
      await Promise.all([romeo.getRoster(), juliet.getRoster()]);
      romeo.sendPresence();
      juliet.sendPresence();
      await stage.clock.runUntilIdle();
      const told: string[] = [];
      juliet.on('receiptReceived', () => void told.push('receipt'));
      juliet.on('chatStateChanged', () => void told.push('state'));
      juliet.sendMessage({ to: 'romeo@play.example', type: 'chat', body: 'Art thou there?' });
      await stage.clock.advance(10_000);
      expect(told).toEqual(receipts ? ['receipt'] : []);
    }
  });
});

describe('activity', () => {
  it('is told to the server and, where asked for, in presence', async () => {
    await using stage = new Stage();
    const xmpp = stage.client('romeo');
    const activity = new Hand();
    xmpp.use(InstantMessaging, { activity, idleTime: { broadcast: true } });
    await xmpp.connect();
    activity.say(false);
    expect(xmpp.plugin(IdleTime).since?.getTime()).toBe(stage.clock.now());
    await stage.clock.advance(10_000);
    expect(xmpp.plugin(ClientState).state).toBe('inactive');
    activity.say(true);
    expect(xmpp.plugin(ClientState).state).toBe('active');
    expect(xmpp.plugin(IdleTime).since).toBeUndefined();
    xmpp.remove(InstantMessaging);
    expect(activity.callbacks.size).toBe(0);
  });
});

describe('at rest', () => {
  it('there is one timer at most, and after its removal nothing', async () => {
    await using stage = new Stage();
    const xmpp = stage.client('romeo');
    const before = leftOn(xmpp, stage.clock);
    xmpp.use(InstantMessaging);
    await xmpp.connect();
    await xmpp.getRoster();
    xmpp.sendPresence();
    await stage.clock.advance(120_000);
    expect(stage.clock.pending.length).toBeLessThanOrEqual(1);
    xmpp.remove(InstantMessaging);
    await xmpp.disconnect();
    expect(leftOn(xmpp, stage.clock)).toEqual(before);
  });
});

describe('a component', () => {
  const component = () => new ComponentXMPP({ jid: 'bot.play.example', secret: 'secret', host: 'localhost' });

  it('is refused by the preset for people', () => {
    expect(thrown(() => component().use(InstantMessaging))).toBeInstanceOf(PluginError);
    expect(thrown(() => component().use(InstantMessaging))).toMatchObject({ code: 'ERR_PLUGIN_KIND' });
  });

  it('has rooms, without what is kept in an account', () => {
    const xmpp = component();
    const { parts } = xmpp.use(RoomMessaging, { rooms: { nick: 'puck' } });
    expect(parts.rooms).toBeDefined();
    expect(parts.selfPing).toBeDefined();
    expect(parts.moderation).toBeDefined();
    expect(parts.bookmarks).toBeUndefined();
    expect(parts.streamManagement).toBeUndefined();
    expect(thrown(() => component().use(RoomMessaging, { bookmarks: true }))).toMatchObject({
      option: 'bookmarks',
      message: expect.stringContaining('client'),
    });
  });
});
