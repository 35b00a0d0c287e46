import { describe, expect, it } from 'vitest';
import { JID } from '../../../src/jid/index.js';
import type { Presence } from '../../../src/stanza/presence.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { presence, sent, watched } from './watched.js';

watchRejections();

const ROOM = 'garden@rooms.example.net';

describe('a claimed address', () => {
  it('gives its presence to who claims it, in order with all that is told, and is no contact', async () => {
    const { xmpp, seen, receive } = await watched();
    xmpp.onMessage(({ body }) => seen.push(`message ${body}`));
    xmpp.claim(ROOM, { kind: 'room', presence: ({ from, type }) => seen.push(`${from?.resource} ${type}`) });
    expect(
      await receive(
        presence(`${ROOM}/romeo`),
        `<message from='${ROOM}/romeo' type='groupchat'><body>hi</body></message>`,
        presence(`${ROOM}/romeo`, 'unavailable'),
        presence(ROOM, 'error'),
        presence(ROOM, 'subscribe'),
      ),
    ).toEqual([
      'romeo undefined',
      'presence',
      'presenceAvailable',
      'message hi',
      'romeo unavailable',
      'presence',
      'presenceUnavailable',
      'undefined error',
      'presence',
      'presenceError',
      'undefined subscribe',
      'presence',
      'presenceSubscribe',
      'changedSubscription',
    ]);
    expect(xmpp.roster.of().get(ROOM)).toBeUndefined();
    expect(sent(xmpp)).toEqual([]);
  });

  it('is dropped from what was known, and so that nobody thinks it is still there', async () => {
    const { xmpp, receive } = await watched();
    const node = xmpp.roster.of();
    node.apply([{ jid: JID.parse('pub@rooms.example.net'), name: 'The pub', subscription: 'both' }]);
    await receive(presence(`${ROOM}/romeo`), presence('pub@rooms.example.net/romeo'), presence(ROOM, 'subscribe'));
    expect(node.get(ROOM)).toMatchObject({ online: true, pendingIn: true });
    xmpp.claim(`${ROOM}/romeo`, { kind: 'room' });
    xmpp.claim('pub@rooms.example.net', { kind: 'room' });
    expect(await receive()).toEqual(['changedStatus', 'gotOffline', 'changedStatus', 'gotOffline']);
    expect(node.get(ROOM)).toBeUndefined();
    // What the server keeps stays in the list.
    expect(node.get('pub@rooms.example.net')).toMatchObject({ online: false, inRoster: true, name: 'The pub' });
  });

  it('is named on its presence and for whoever asks, as long as that lasts', async () => {
    const { xmpp, receive } = await watched();
    const heard: Presence[] = [];
    xmpp.onPresence((stanza) => void heard.push(stanza));
    const room = xmpp.claim(ROOM, { kind: 'room' });
    xmpp.claim('irc.example.net', { kind: 'service' });
    await receive(presence(`${ROOM}/romeo`), presence('irc.example.net'), presence('bob@example.net/x'));
    expect(heard.map(({ claimed }) => claimed)).toEqual(['room', 'service', undefined]);
    expect(xmpp.claimOf(JID.parse(`${ROOM}/juliet`))).toMatchObject({ kind: 'room', owner: undefined });
    expect(xmpp.claimOf(JID.parse('bob@example.net'))).toBeUndefined();
    room.dispose();
    expect(xmpp.claimOf(JID.parse(ROOM))).toBeUndefined();
    expect(await receive(presence(`${ROOM}/romeo`))).toContain('gotOnline');
  });

  it('may be claimed by several, each with an undo of its own, and one that throws does not keep the others from it', async () => {
    const { xmpp, receive } = await watched();
    const errors: unknown[] = [];
    xmpp.on('error', ({ error, where }) => errors.push([(error as Error).message, where]));
    const got: string[] = [];
    const first = xmpp.claim(ROOM, {
      kind: 'room',
      presence: () => {
        got.push('first');
        throw new Error('broken');
      },
    });
    xmpp.claim(ROOM, { kind: 'service', presence: () => got.push('second') });
    expect(await receive(presence(`${ROOM}/x`))).toEqual(['presence', 'presenceAvailable']);
    expect(errors).toEqual([['broken', `claim of ${ROOM}`]]);
    expect(xmpp.claimOf(JID.parse(ROOM))?.kind).toBe('service');
    first.dispose();
    first.dispose();
    await receive(presence(`${ROOM}/x`));
    expect(got).toEqual(['first', 'second', 'second']);
  });

  it('can let go, and be claimed, while its presence is handed over', async () => {
    const { xmpp, receive } = await watched();
    const got: string[] = [];
    const claim = xmpp.claim(ROOM, {
      kind: 'room',
      presence: () => {
        got.push('old');
        claim.dispose();
        xmpp.claim(ROOM, { kind: 'room', presence: () => got.push('new') });
      },
    });
    expect(await receive(presence(`${ROOM}/x`), presence(`${ROOM}/x`))).not.toContain('gotOnline');
    expect(got).toEqual(['old', 'new']);
  });

  it('makes messages of its occupants private ones, and its own those of a room', async () => {
    const { xmpp, receive } = await watched();
    xmpp.claim(ROOM, { kind: 'room' });
    xmpp.claim('irc.example.net', { kind: 'service' });
    const kinds: string[] = [];
    xmpp.onMessage(({ context }) => void kinds.push(`${context.kind} ${context.peer}`));
    const message = (from: string, type: string): string =>
      `<message from='${from}' type='${type}'><body>hi</body></message>`;
    await receive(
      message(`${ROOM}/romeo`, 'groupchat'),
      message(`${ROOM}/romeo`, 'chat'),
      message(ROOM, 'normal'),
      message('irc.example.net/x', 'chat'),
      message('bob@example.net/x', 'chat'),
    );
    expect(kinds).toEqual([
      `room ${ROOM}`,
      `private ${ROOM}/romeo`,
      `room ${ROOM}`,
      'chat irc.example.net',
      'chat bob@example.net',
    ]);
  });

  it('outlives the session', async () => {
    const { xmpp, receive } = await watched();
    const got: unknown[] = [];
    xmpp.claim(ROOM, { kind: 'room', presence: ({ from }) => got.push(from?.resource) });
    xmpp.wire.close();
    await xmpp.connect();
    await xmpp.manualClock.idle();
    expect(await receive(presence(`${ROOM}/x`))).not.toContain('gotOnline');
    expect(got).toEqual(['x']);
  });
});
