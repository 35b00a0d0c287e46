import { createHmac } from 'node:crypto';
import { MemorySecrets } from '@sestina/core/storage';
import { describe, expect, it } from 'vitest';
import { RecordingLogger, RecordingTracer } from '../../support/recorders.js';
import { failure, NS_SASL2, rejection, Sasl2Server } from '../../support/sasl2.js';
import {
  BINDING,
  BOUND,
  byPassword,
  byToken,
  FULL,
  fast,
  initiator,
  Kept,
  made,
  NONE,
  NS,
  responder,
  token,
} from './play.js';

describe('a token', () => {
  it('is asked for at the login by password, and is the next login, in one message', async () => {
    const { server, xmpp, tokens } = made();
    const events: unknown[] = [];
    xmpp.on('fastToken', (event) => events.push(event));
    expect(tokens.state).toBe('none');
    const first = await server.connect(xmpp);
    const asked = await byPassword(first.stream);
    await first.connecting;
    expect(asked.child('request-token', NS)?.attribute('mechanism')).toBe(NONE);
    expect(asked.child('fast', NS)).toBeUndefined();
    expect(events).toEqual([{ expires: new Date('2099-01-01T00:00:00Z'), mechanism: NONE }]);
    expect(tokens).toMatchObject({ state: 'held', expires: new Date('2099-01-01T00:00:00Z') });
    first.stream.peer.drop();
    await server.clock.runUntilIdle();

    const second = await server.connect(xmpp);
    const login = await byToken(second.stream, 't1');
    await second.connecting;
    expect(login.attribute('mechanism')).toBe(NONE);
    expect(login.child('fast', NS)?.toString()).toBe(`<fast xmlns='${NS}'/>`);
    expect(login.child('request-token', NS)).toBeUndefined();
    expect(login.child('user-agent', NS_SASL2)?.attribute('id')).toBe(
      asked.child('user-agent', NS_SASL2)?.attribute('id'),
    );
    expect(second.stream.peer.received.match(/<(?:auth|resp|iq)/g)).toHaveLength(1);
    await server.end(xmpp);
  });

  it('that the server refuses is forgotten, and the login goes on by password on the same stream', async () => {
    const { server, xmpp, tokens } = made();
    const first = await server.connect(xmpp);
    await byPassword(first.stream);
    first.stream.peer.drop();
    await server.clock.runUntilIdle();
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: fast(NONE) + BINDING });
    expect((await stream.authenticate()).attribute('mechanism')).toBe(NONE);
    await stream.say(failure('credentials-expired'));
    const asked = await stream.login({ jid: FULL, inside: BOUND });
    await connecting;
    expect(asked.attribute('mechanism')).toBe('SCRAM-SHA-256');
    expect(asked.child('request-token', NS)).toBeDefined();
    expect(tokens.state).toBe('none');
    expect(stream.peer.received.match(/<stream:stream/g)).toHaveLength(1);
    await server.end(xmpp);
  });

  it('that is refused by a server which then takes nothing else: the next connection is made by password', async () => {
    const { server, xmpp } = made({}, { reconnect: { base: 1, max: 1 } });
    const first = await server.connect(xmpp);
    await byPassword(first.stream);
    await first.connecting;
    first.stream.peer.drop();
    await server.clock.advance(1_000);
    const second = server.stream;
    await second.open({ inline: fast(NONE) + BINDING });
    await second.authenticate();
    await second.say(failure('not-authorized'));
    await second.authenticate();
    await second.say(failure('invalid-mechanism'));
    await server.clock.advance(5_000);
    expect(server.stream).not.toBe(second);
    expect((await byPassword(server.stream)).attribute('mechanism')).toBe('SCRAM-SHA-256');
    await server.end(xmpp);
  });

  it('is not used, nor asked for, where nobody has checked the certificate', async () => {
    const unverified = new Sasl2Server();
    const { create } = unverified.transports;
    unverified.transports.create = (target) =>
      Object.assign(create.call(unverified.transports, target), { verified: false });
    const { server, xmpp } = made({}, {}, unverified);
    const { stream } = await server.connect(xmpp);
    await stream.open({ inline: fast(NONE) + BINDING });
    expect((await stream.authenticate()).child('request-token', NS)).toBeUndefined();
    await server.end(xmpp);
  });

  it.each([
    ['nothing', ''],
    ['something forged', Buffer.from('x'.repeat(32)).toString('base64')],
    ['our own words', createHmac('sha256', 't1').update('Initiator').digest('base64')],
  ])('of which the server shows %s: it is not believed, and is told nothing more', async (_what, data) => {
    const { server, xmpp } = made();
    const first = await server.connect(xmpp);
    await byPassword(first.stream);
    first.stream.peer.drop();
    await server.clock.runUntilIdle();
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: fast(NONE) + BINDING });
    await stream.authenticate();
    const before = stream.peer.received;
    await stream.success({ data, jid: FULL, inside: BOUND + token('evil') });
    expect(await rejection(connecting)).toMatchObject({ reason: 'server-not-authenticated' });
    expect(stream.peer.received).toBe(before);
    await server.end(xmpp);
  });

  it('is replaced by the one that the server gives in its place', async () => {
    const { server, xmpp } = made();
    const first = await server.connect(xmpp);
    await byPassword(first.stream);
    first.stream.peer.drop();
    await server.clock.runUntilIdle();
    const second = await server.connect(xmpp);
    await byToken(second.stream, 't1', token('t2'));
    second.stream.peer.drop();
    await server.clock.runUntilIdle();
    const third = await server.connect(xmpp);
    await byToken(third.stream, 't2');
    await third.connecting;
    await server.end(xmpp);
  });

  it('that was rotated and lost before it came is still the old one', async () => {
    const { server, xmpp } = made();
    const first = await server.connect(xmpp);
    await byPassword(first.stream);
    first.stream.peer.drop();
    await server.clock.runUntilIdle();
    const second = await server.connect(xmpp);
    await second.stream.open({ inline: fast(NONE) + BINDING });
    await second.stream.authenticate();
    second.stream.peer.send(`<success xmlns='${NS_SASL2}'><additional-data>${responder('t1')}</additional-data>`);
    second.stream.peer.drop();
    await server.clock.runUntilIdle();
    const third = await server.connect(xmpp);
    await byToken(third.stream, 't1');
    await third.connecting;
    await server.end(xmpp);
  });

  it('long expired is not tried, and one that has just expired is: clocks differ', async () => {
    for (const [ago, mechanism] of [
      [10 * 86_400_000, 'SCRAM-SHA-256'],
      [1_000, NONE],
    ] as const) {
      const { server, xmpp, tokens } = made();
      const first = await server.connect(xmpp);
      await first.stream.open({ inline: fast(NONE) + BINDING });
      const at = new Date(server.clock.now() - ago).toISOString();
      await first.stream.login({ jid: FULL, inside: BOUND + token('t1', at) });
      expect(tokens.state).toBe('expired');
      first.stream.peer.drop();
      await server.clock.runUntilIdle();
      const { stream } = await server.connect(xmpp);
      await stream.open({ inline: fast(NONE) + BINDING });
      expect((await stream.authenticate()).attribute('mechanism')).toBe(mechanism);
      await server.end(xmpp);
    }
  });

  it.each([
    ['empty', ''],
    ['endless', 'x'.repeat(5_000)],
  ])('that is %s is none', async (_what, value) => {
    const { server, xmpp, tokens } = made();
    const { stream, connecting } = await server.connect(xmpp);
    await byPassword(stream, value);
    await connecting;
    expect(tokens.state).toBe('none');
    await server.end(xmpp);
  });

  it('that nobody asked for is none', async () => {
    const { server, xmpp, tokens } = made();
    const { stream, connecting } = await server.connect(xmpp);
    await stream.open({ inline: BINDING });
    await stream.login({ jid: FULL, inside: BOUND + token('t1') });
    await connecting;
    expect(tokens.state).toBe('none');
    await server.end(xmpp);
  });
});

describe('where a token is kept', () => {
  it('it outlives the process, and each of two at once has its own', async () => {
    const kept = new Kept();
    const one = made({}, kept);
    const first = await one.server.connect(one.xmpp);
    await byPassword(first.stream, 'of-one');
    await first.connecting;
    const two = made({}, kept);
    const second = await two.server.connect(two.xmpp);
    await byPassword(second.stream, 'of-two');
    await second.connecting;
    await one.server.end(one.xmpp);
    await two.server.end(two.xmpp);
    const again = made({}, kept);
    const third = await again.server.connect(again.xmpp);
    await byToken(third.stream, 'of-one');
    await third.connecting;
    const other = made({}, kept);
    const fourth = await other.server.connect(other.xmpp);
    await byToken(fourth.stream, 'of-two');
    await fourth.connecting;
    await again.server.end(again.xmpp);
    await other.server.end(other.xmpp);
  });

  it('it is in no log, no trace and no storage', async () => {
    const kept = new Kept();
    const [logger, tracer] = [new RecordingLogger(), new RecordingTracer()];
    const { server, xmpp } = made({}, { ...kept, logger, tracer });
    const first = await server.connect(xmpp);
    await byPassword(first.stream, 'very-secret');
    first.stream.peer.drop();
    await server.clock.runUntilIdle();
    const second = await server.connect(xmpp);
    await byToken(second.stream, 'very-secret');
    await second.connecting;
    const shown = [...logger.lines, ...tracer.sent, ...tracer.received].join('\n');
    expect(shown).not.toContain('very-secret');
    expect(shown).not.toContain(initiator('very-secret'));
    for (const key of await kept.storage.keys('')) expect(await kept.storage.get(key)).not.toContain('very-secret');
    await server.end(xmpp);
  });

  it('a store that fails or hangs keeps nobody out', async () => {
    for (const get of [() => Promise.reject(new Error('broken')), () => new Promise<never>(() => {})]) {
      class Broken extends MemorySecrets {
        override get(key: string): Promise<string | undefined> {
          return key.startsWith('xep-0484/') ? get() : super.get(key);
        }
      }
      const { server, xmpp } = made({}, { secrets: new Broken() });
      const { stream, connecting } = await server.connect(xmpp);
      await stream.open({ inline: fast(NONE) + BINDING });
      await server.clock.advance(6_000);
      await stream.login({ jid: FULL, inside: BOUND + token('t1') });
      await connecting;
      await server.end(xmpp);
    }
  });
});

describe('the channel of a token', () => {
  const types = ['tls-exporter', 'tls-server-end-point'] as const;
  const bindings = Object.fromEntries(types.map((type) => [type, new TextEncoder().encode(`data of ${type}`)]));
  const bound = () => new Sasl2Server({ channelBinding: bindings });

  it.each([
    [['HT-SHA-256-NONE', 'HT-SHA-256-ENDP', 'HT-SHA-256-EXPR', 'HT-SHA-256-UNIQ'], 'HT-SHA-256-EXPR'],
    [['HT-SHA-256-NONE', 'HT-SHA-256-ENDP', 'HT-SHA-256-UNIQ'], 'HT-SHA-256-ENDP'],
    [['HT-SHA-256-NONE', 'HT-SHA-512-NONE', 'HT-SHA-1-EXPR', 'PLAIN'], 'HT-SHA-512-NONE'],
  ])('of %j the strongest that this side has is asked for: %s', async (offered, expected) => {
    const { server, xmpp } = made({}, {}, bound());
    const { stream } = await server.connect(xmpp);
    await stream.open({ inline: fast(...offered) + BINDING });
    const asked = await stream.authenticate();
    expect(asked.child('request-token', NS)?.attribute('mechanism')).toBe(expected);
    await server.end(xmpp);
  });

  it('has to be there where it is required', async () => {
    const { server, xmpp } = made({ channelBinding: 'require' }, {}, bound());
    const { stream } = await server.connect(xmpp);
    await stream.open({ inline: fast(NONE) + BINDING });
    expect((await stream.authenticate()).child('request-token', NS)).toBeUndefined();
    await server.end(xmpp);
    expect(() => made({ channelBinding: 'never' as never })).toThrow(/channelBinding/);
  });

  it('is the one that it was asked for: it is not used with another mechanism', async () => {
    const { server, xmpp } = made({}, {}, bound());
    const first = await server.connect(xmpp);
    await byPassword(first.stream, 't1', fast('HT-SHA-256-EXPR', NONE));
    first.stream.peer.drop();
    await server.clock.runUntilIdle();
    const { stream } = await server.connect(xmpp);
    await stream.open({ inline: fast(NONE) + BINDING });
    expect((await stream.authenticate()).attribute('mechanism')).toBe('SCRAM-SHA-256');
    await server.end(xmpp);
  });
});

describe('logging out', () => {
  it('has the server forget the token, and binds nothing', async () => {
    const { server, xmpp, tokens } = made();
    const first = await server.connect(xmpp);
    await byPassword(first.stream);
    await first.connecting;
    const revoked = tokens.revoke();
    await server.clock.runUntilIdle();
    const { stream } = server;
    await stream.open({ inline: fast(NONE) + BINDING });
    const login = await stream.authenticate();
    expect(login.child('fast', NS)?.attribute('invalidate')).toBe('true');
    expect(login.child('bind', 'urn:xmpp:bind:0')).toBeUndefined();
    const { length } = stream.peer.received;
    await stream.success({ data: responder('t1') });
    await server.clock.runUntilIdle();
    await revoked;
    expect(stream.peer.received.slice(length)).toBe('</stream:stream>');
    expect(tokens.state).toBe('none');
    expect(xmpp.state).toBe('disconnected');
    await server.end(xmpp);
  });

  it('is done where the server does not know it any more, and where there is none', async () => {
    const { server, xmpp, tokens } = made();
    const first = await server.connect(xmpp);
    await byPassword(first.stream);
    await first.connecting;
    const revoked = tokens.revoke();
    await server.clock.runUntilIdle();
    await server.stream.open({ inline: fast(NONE) + BINDING });
    await server.stream.authenticate();
    await server.stream.say(failure('not-authorized'));
    await server.clock.runUntilIdle();
    await revoked;
    expect(tokens.state).toBe('none');
    const again = tokens.revoke();
    await server.clock.runUntilIdle();
    await server.stream.open({ inline: fast(NONE) + BINDING });
    await server.clock.advance(3_000);
    await again;
    expect(server.stream.peer.received).not.toContain('<authenticate');
    await server.end(xmpp);
  });
});
