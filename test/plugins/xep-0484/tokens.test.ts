import { describe, expect, it } from 'vitest';
import { rejection, Sasl2Server } from '../../support/sasl2.js';
import { BINDING, BOUND, byPassword, byToken, FULL, fast, made, NONE, NS, token } from './play.js';

const DAY = 86_400_000;

describe('a token', () => {
  it('without an end is good until the server says otherwise', async () => {
    const { server, xmpp, tokens } = made();
    const events: unknown[] = [];
    xmpp.on('fastToken', (event) => events.push(event));
    const first = await server.connect(xmpp);
    await first.stream.open({ inline: fast(NONE) + BINDING });
    await first.stream.login({ jid: FULL, inside: `${BOUND}<token xmlns='${NS}' token='t1'/>` });
    await first.connecting;
    expect(events).toEqual([{ expires: undefined, mechanism: NONE }]);
    expect([tokens.state, tokens.expires]).toEqual(['held', undefined]);
    first.stream.peer.drop();
    await server.clock.runUntilIdle();
    const second = await server.connect(xmpp);
    await byToken(second.stream, 't1');
    await second.connecting;
    await server.end(xmpp);
  });

  it.each([
    [0, NONE],
    [1, 'SCRAM-SHA-256'],
  ])('is tried for a day after its end, and not %i ms more', async (more, mechanism) => {
    const { server, xmpp, tokens } = made();
    const first = await server.connect(xmpp);
    const end = new Date(server.clock.now());
    await first.stream.open({ inline: fast(NONE) + BINDING });
    await first.stream.login({ jid: FULL, inside: BOUND + token('t1', end.toISOString()) });
    await first.connecting;
    expect(tokens.state).toBe('expired');
    first.stream.peer.drop();
    await server.clock.advance(end.getTime() + DAY + more - server.clock.now());
    const { stream } = await server.connect(xmpp);
    await stream.open({ inline: fast(NONE) + BINDING });
    expect((await stream.authenticate()).attribute('mechanism')).toBe(mechanism);
    await server.end(xmpp);
  });

  it('is asked for where the name of the mechanism has white space around it', async () => {
    const { server, xmpp } = made();
    const { stream } = await server.connect(xmpp);
    await stream.open({ inline: fast(`\n ${NONE} `) + BINDING });
    expect((await stream.authenticate()).child('request-token', NS)?.attribute('mechanism')).toBe(NONE);
    await server.end(xmpp);
  });

  it('is asked for with a binding where one is required', async () => {
    const data = new TextEncoder().encode('data');
    const server = new Sasl2Server({ channelBinding: { 'tls-exporter': data } });
    const { xmpp } = made({ channelBinding: 'require' }, {}, server);
    const { stream } = await server.connect(xmpp);
    await stream.open({ inline: fast('HT-SHA-256-EXPR', NONE) + BINDING });
    expect((await stream.authenticate()).child('request-token', NS)?.attribute('mechanism')).toBe('HT-SHA-256-EXPR');
    await server.end(xmpp);
  });

  it('is nothing for a client that does not say which one it is', async () => {
    const { server, xmpp, tokens } = made({}, {}, undefined, { clientId: false });
    const { stream, connecting } = await server.connect(xmpp);
    const login = await byPassword(stream);
    await connecting;
    expect([login.child('request-token', NS), tokens.state]).toEqual([undefined, 'none']);
    await server.end(xmpp);
  });

  it.each([
    ['', 0],
    ['x'.repeat(4_096), 1],
    ['x'.repeat(4_097), 0],
  ])('is told of where it is taken: %#', async (value, count) => {
    const { server, xmpp, tokens } = made();
    let told = 0;
    xmpp.on('fastToken', () => void told++);
    const { stream, connecting } = await server.connect(xmpp);
    await byPassword(stream, value);
    await connecting;
    expect([told, tokens.state]).toEqual([count, count ? 'held' : 'none']);
    await server.end(xmpp);
  });
});

it('logging out that was given up leaves the token as it is, and the next login is one', async () => {
  const { server, xmpp, tokens } = made();
  const first = await server.connect(xmpp);
  await byPassword(first.stream);
  await first.connecting;
  const controller = new AbortController();
  const revoked = rejection(tokens.revoke({ signal: controller.signal }));
  await server.clock.runUntilIdle();
  controller.abort(new Error('enough'));
  expect(await revoked).toMatchObject({ message: 'enough' });
  expect(tokens.state).toBe('held');
  const second = await server.connect(xmpp);
  const login = await byToken(second.stream, 't1');
  await second.connecting;
  expect(login.child('fast', NS)?.attribute('invalidate')).toBeUndefined();
  await server.end(xmpp);
});
