import { describe, expect, it } from 'vitest';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online } from '../../helpers/stream-xmpp.js';
import { BOB } from './watched.js';

watchRejections();

const ROOM = 'garden@rooms.example.net';

describe('what decorates presence', () => {
  it('is put into a copy of every available presence, with its purpose', async () => {
    const xmpp = await online();
    const purposes: string[] = [];
    xmpp.claim(ROOM, { kind: 'room' });
    xmpp.decoratePresence((copy, purpose, original) => {
      purposes.push(`${purpose} ${original === copy}`);
      copy.status = `${copy.status ?? ''}+`;
    });
    xmpp.decoratePresence((copy) => {
      copy.priority = 3;
    });
    const mine = xmpp.presence({ status: 'here' });
    xmpp.send(mine);
    xmpp.sendPresence({ to: BOB });
    xmpp.sendPresence({ to: `${ROOM}/romeo` });
    xmpp.sendPresence({ to: 'irc.example.net' });
    xmpp.sendPresence({ type: 'unavailable' });
    xmpp.sendPresenceSubscription(BOB);
    expect(purposes).toEqual(['broadcast false', 'directed false', 'room false', 'directed false']);
    expect(mine.status).toBe('here');
    expect(mine.priority).toBe(0);
    const written = xmpp.wire.take();
    expect(written).toContain('<presence><status>here+</status><priority>3</priority></presence>');
    expect(written.match(/<priority>/g)).toHaveLength(4);
    expect(written).toContain("<presence type='unavailable'/>");
    expect(written).toMatch(/<presence[^>]*type='subscribe'[^>]*\/>$/);
  });

  it('comes before the out filters, which see it', async () => {
    const xmpp = await online();
    const seen: (string | undefined)[] = [];
    xmpp.addFilter('out', (stanza) => {
      seen.push(stanza.xml.child('status')?.text);
      return stanza;
    });
    xmpp.decoratePresence((copy) => {
      copy.status = 'mine';
    });
    xmpp.sendPresence();
    expect(seen).toEqual(['mine']);
  });

  it('that throws is reported, and the presence goes out', async () => {
    const xmpp = await online();
    const errors: unknown[] = [];
    xmpp.on('error', ({ error, where }) => errors.push([(error as Error).message, where]));
    xmpp.decoratePresence(() => {
      throw new Error('broken');
    });
    xmpp.decoratePresence((copy) => {
      copy.priority = 1;
    });
    xmpp.sendPresence();
    expect(xmpp.wire.take()).toBe('<presence><priority>1</priority></presence>');
    await xmpp.manualClock.idle();
    expect(errors).toEqual([['broken', 'decorating presence']]);
  });

  it('ends with its registration, one of two that are the same at a time', async () => {
    const xmpp = await online();
    const decorate = (copy: { status: string | undefined }): void => {
      copy.status = `${copy.status ?? ''}+`;
    };
    const first = xmpp.decoratePresence(decorate);
    const second = xmpp.decoratePresence(decorate);
    const next = (): string => {
      xmpp.sendPresence();
      return xmpp.wire.take();
    };
    expect(next()).toContain('++');
    first.dispose();
    first.dispose();
    expect(next()).toContain('>+<');
    second.dispose();
    expect(next()).toBe('<presence/>');
  });

  it('is not remembered: what is sent again is decorated anew', async () => {
    const xmpp = await online();
    let value = 1;
    xmpp.decoratePresence((copy) => {
      copy.priority = value;
    });
    xmpp.sendPresence({ show: 'away', id: 'first' });
    expect(xmpp.roster.of().lastPresence).toMatchObject({ show: 'away', priority: 0 });
    xmpp.wire.take();
    value = 2;
    xmpp.presenceChanged();
    await xmpp.manualClock.idle();
    expect(xmpp.wire.take()).toBe('<presence><show>away</show><priority>2</priority></presence>');
  });
});

describe('presenceChanged()', () => {
  it('sends the last broadcast again, once for all changes of a turn', async () => {
    const xmpp = await online();
    xmpp.sendPresence({ status: 'here' });
    xmpp.sendPresence({ to: BOB, status: 'for you' });
    xmpp.wire.take();
    for (let i = 0; i < 1_000; i++) xmpp.presenceChanged();
    xmpp.presenceChanged('alice@example.org/phone');
    expect(xmpp.wire.take()).toBe('');
    await xmpp.manualClock.idle();
    expect(xmpp.wire.take()).toBe('<presence><status>here</status></presence>');
    xmpp.presenceChanged();
    await xmpp.manualClock.idle();
    expect(xmpp.wire.take()).toBe('<presence><status>here</status></presence>');
  });

  it('sends nothing where the program sends presence itself in that turn, unless something changes after that', async () => {
    const xmpp = await online();
    xmpp.sendPresence();
    xmpp.presenceChanged();
    xmpp.sendPresence({ show: 'away' });
    xmpp.wire.take();
    await xmpp.manualClock.idle();
    expect(xmpp.wire.take()).toBe('');
    xmpp.presenceChanged();
    xmpp.sendPresence({ show: 'dnd' });
    xmpp.presenceChanged();
    xmpp.wire.take();
    await xmpp.manualClock.idle();
    expect(xmpp.wire.take()).toBe('<presence><show>dnd</show></presence>');
  });

  it('sends nothing before there was a broadcast, after it was taken back, in the next session, offline, or for others', async () => {
    const xmpp = await online();
    const nothing = async (scope?: string): Promise<void> => {
      xmpp.wire.take();
      xmpp.presenceChanged(scope);
      await xmpp.manualClock.idle();
      expect(xmpp.wire.take()).toBe('');
    };
    await nothing();
    xmpp.sendPresence({ to: BOB });
    await nothing();
    xmpp.sendPresence();
    await nothing(BOB);
    xmpp.sendPresence({ type: 'unavailable' });
    await nothing();
    xmpp.sendPresence();
    xmpp.presenceChanged();
    xmpp.wire.close();
    await xmpp.manualClock.idle();
    expect(xmpp.wire.take()).not.toContain('<presence/><presence/>');
    await xmpp.connect();
    await nothing();
  });
});

describe('the event presenceBroadcast', () => {
  it('comes at each broadcast with what the program said, and not for what goes to one', async () => {
    const xmpp = await online();
    const told: string[] = [];
    xmpp.on('presenceBroadcast', ({ owner, presence }) =>
      told.push(`${owner} ${presence.type ?? presence.show} ${presence.priority}`),
    );
    xmpp.decoratePresence((copy) => {
      copy.priority = 9;
    });
    xmpp.sendPresence({ show: 'away' });
    xmpp.sendPresence({ to: BOB, show: 'dnd' });
    xmpp.sendPresenceSubscription(BOB);
    await xmpp.manualClock.idle();
    xmpp.presenceChanged();
    await xmpp.manualClock.idle();
    xmpp.sendPresence({ type: 'unavailable' });
    await xmpp.manualClock.idle();
    expect(told).toEqual(['alice@example.org away 0', 'alice@example.org away 0', 'alice@example.org unavailable 0']);
  });
});
