import { provide } from '@sestina/core';
import { MemorySecrets, Secrets } from '@sestina/core/storage';
import { ScriptedStream } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { KeptTokens, type Token } from '../../../plugins/xep-0484/src/kept-tokens.js';
import { RecordingLogger } from '../../support/recorders.js';
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

describe('where tokens are kept', () => {
  const TOKEN: Token = { token: 't', mechanism: NONE, clientId: 'one', expires: 5 };
  const never = new AbortController().signal;
  class Store extends MemorySecrets {
    gets = 0;
    broken = false;
    override get(key: string): Promise<string | undefined> {
      this.gets += 1;
      return this.broken ? Promise.reject(new Error('no disk')) : super.get(key);
    }
    override set(key: string, value: string): Promise<void> {
      return this.broken ? Promise.reject('no room') : super.set(key, value);
    }
  }
  async function kept(secrets?: Secrets) {
    const logger = new RecordingLogger();
    const { xmpp } = await ScriptedStream.start({ options: { logger } });
    if (secrets) provide(xmpp.scope, Secrets, secrets);
    return { logger, xmpp, tokens: new KeptTokens(xmpp), key: `xep-0484/${xmpp.account}/one` };
  }

  it('it is looked for once', async () => {
    const store = new Store();
    const { tokens } = await kept(store);
    expect([await tokens.of('one', never), await tokens.of('one', never), store.gets]).toEqual([
      undefined,
      undefined,
      1,
    ]);
    tokens.set(TOKEN);
    expect([await tokens.of('one', never), store.gets]).toEqual([TOKEN, 1]);
  });

  it('it is in memory alone where there is no place for secrets, and is of one client', async () => {
    const { tokens, logger } = await kept();
    expect(tokens.set(TOKEN)).toBe(true);
    expect([await tokens.of('one', never), await tokens.of('two', never)]).toEqual([TOKEN, undefined]);
    tokens.delete('one');
    await tokens.settled();
    expect([tokens.token, logger.complaints]).toEqual([undefined, []]);
  });

  it('one that is forgotten is not there any more, and an end that is no time is none', async () => {
    const store = new Store();
    const { tokens, key } = await kept(store);
    tokens.set(TOKEN);
    tokens.delete('one');
    await tokens.settled();
    expect(await store.get(key)).toBeUndefined();
    const again = await kept(store);
    await store.set(again.key, JSON.stringify({ ...TOKEN, expires: 'soon' }));
    expect(await again.tokens.of('one', never)).toEqual({ ...TOKEN, expires: undefined });
  });

  it('a store that fails is named in the log, and what it says', async () => {
    const store = new Store();
    store.broken = true;
    const { tokens, logger } = await kept(store);
    expect(await tokens.of('one', never)).toBeUndefined();
    tokens.set(TOKEN);
    await tokens.settled();
    expect(logger.complaints).toMatchObject(
      [/not found.*no disk/, /not kept.*no room/].map((text) => expect.stringMatching(text)),
    );
    await expect(tokens.of('two', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
