import { MemoryStorage, XmlElement } from '@sestina/core';
import { MemorySecrets } from '@sestina/core/storage';
import { Sasl2 } from '@sestina/xep-0388';
import type { InlineFeature } from '@sestina/xep-0388/inline';
import { describe, expect, it } from 'vitest';
import { RecordingTracer } from '../../support/recorders.js';
import { BIND, failure, NS_SASL, NS_SASL2, rejection, Sasl2Server } from '../../support/sasl2.js';

const OLD = (...names: string[]): string =>
  `<mechanisms xmlns='${NS_SASL}'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`;

async function started(
  offer: Parameters<(typeof Sasl2Server)['prototype']['stream']['open']>[0] = {},
  options: Parameters<Sasl2Server['client']>[0] = {},
  own: Parameters<typeof Sasl2.prototype.inline>[0][] = [],
) {
  const server = new Sasl2Server();
  const client = server.client(options);
  const sasl2 = client.use(Sasl2);
  for (const feature of own) sasl2.inline(feature);
  const { stream, connecting } = await server.connect(client);
  const header = await stream.open(offer);
  return { server, client, sasl2, stream, connecting, header };
}

describe('a login by SASL2', () => {
  it('is on one stream, where the features of after it come in the same breath', async () => {
    const { client, connecting, stream, header } = await started({ features: OLD('PLAIN') });
    const authenticated = client.wait('authSuccess');
    const asked = await stream.login();
    await stream.bind();
    await connecting;
    expect(header).toContain("from='alice@example.org'");
    expect(asked.attribute('mechanism')).toBe('SCRAM-SHA-256');
    expect(asked.child('user-agent', NS_SASL2)?.child('software', NS_SASL2)?.text).toBe('Sestina');
    expect(await authenticated).toEqual({ mechanism: 'SCRAM-SHA-256' });
    expect(stream.peer.received.match(/<stream:stream/g)).toHaveLength(1);
    expect(stream.peer.received).not.toContain('<auth ');
    await client.dispose();
  });

  it('believes no server that has not proven itself (T1), and tells it nothing more', async () => {
    const { connecting, stream } = await started();
    await stream.scram(await stream.authenticate());
    const before = stream.peer.received;
    await stream.success({
      data: Buffer.from(`v=${Buffer.from('0'.repeat(32)).toString('base64')}`).toString('base64'),
    });
    expect(await rejection(connecting)).toMatchObject({ code: 'ERR_AUTH', reason: 'server-not-authenticated' });
    await stream.peer.receiveEnd();
    expect(stream.peer.received).toBe(before);
  });

  it('verifies the signature in <continue/> too, before it does any task', async () => {
    const { connecting, stream, sasl2 } = await started();
    const done: string[] = [];
    sasl2.task('X', async () => void done.push('X'));
    await stream.scram(await stream.authenticate());
    await stream.say(`<continue xmlns='${NS_SASL2}'><tasks><task>X</task></tasks></continue>`);
    expect(await rejection(connecting)).toMatchObject({ reason: 'server-not-authenticated' });
    expect(done).toEqual([]);
  });

  it('tries the next mechanism on the same stream, and asks anew for what is inline', async () => {
    const asked: string[] = [];
    const results: string[] = [];
    const feature: InlineFeature = {
      namespace: 'urn:x',
      offer: (_offered, { mechanism }) => {
        asked.push(mechanism);
        return new XmlElement('wish', 'urn:x');
      },
      done: (_result, { mechanism }) => void results.push(mechanism),
    };
    const offer = { mechanisms: ['SCRAM-SHA-512', 'PLAIN'], inline: "<x xmlns='urn:x'/>" };
    const { client, connecting, stream } = await started(offer, {}, [feature]);
    expect((await stream.authenticate()).child('wish', 'urn:x')).toBeDefined();
    await stream.say(failure('invalid-mechanism'));
    const second = await stream.authenticate();
    expect(Buffer.from(second.child('initial-response', NS_SASL2)?.text ?? '', 'base64').toString()).toBe(
      '\0alice\0secret',
    );
    await stream.success();
    await stream.bind();
    await connecting;
    expect(asked).toEqual(['SCRAM-SHA-512', 'PLAIN']);
    expect(results).toEqual(['PLAIN']);
    await client.dispose();
  });

  it.each([
    ['another account', 'mallory@example.org', 'ERR_AUTH'],
    ['another domain', 'alice@example.net', 'ERR_AUTH'],
    ['nobody', '', 'ERR_NEGOTIATION'],
    ['no address', 'a@b@c', 'ERR_NEGOTIATION'],
  ])('does not take the account of %s', async (_who, jid, code) => {
    const { connecting, stream } = await started();
    const data = await stream.scram(await stream.authenticate());
    await stream.success({ data, jid });
    expect(await rejection(connecting)).toMatchObject({ code });
  });

  it('reads the address under the name that it once had', async () => {
    const { client, connecting, stream } = await started();
    const data = await stream.scram(await stream.authenticate());
    await stream.say(
      `<success xmlns='${NS_SASL2}'><additional-data>${data}</additional-data><authorization-identity>alice@example.org</authorization-identity></success><stream:features>${BIND}</stream:features>`,
    );
    await stream.bind();
    await connecting;
    await client.dispose();
  });

  it('sends nothing between <authenticate/> and <success/>, however long that takes', async () => {
    const { client, server, connecting, stream } = await started({}, { keepAlive: { interval: 500, timeout: 60_000 } });
    client.send(new XmlElement('message', 'jabber:client', { to: 'bob@example.net' }));
    const authenticate = await stream.authenticate();
    await server.clock.advance(5_000);
    expect(stream.peer.unread).toBe('');
    const data = await stream.scram(authenticate);
    await server.clock.advance(5_000);
    expect(stream.peer.unread).toBe('');
    await stream.success({ data });
    await stream.bind();
    await connecting;
    expect(stream.peer.received).toContain('<message');
    await client.dispose();
  });

  it('shows no secret to the tracer (T51)', async () => {
    const tracer = new RecordingTracer();
    const { client, connecting, stream } = await started({}, { tracer });
    const authenticate = await stream.authenticate();
    const data = await stream.scram(authenticate);
    await stream.success({ data });
    await stream.bind();
    await connecting;
    const shown = [...tracer.sent, ...tracer.received].join('');
    expect(shown).toContain('<authenticate');
    for (const secret of [data, authenticate.child('initial-response', NS_SASL2)?.text ?? '?']) {
      expect(shown).not.toContain(secret);
    }
    await client.dispose();
  });
});

describe('the login of RFC 6120 is taken instead', () => {
  async function byTheOld(stream: Sasl2Server['stream']): Promise<string> {
    const auth = await stream.next('auth');
    return auth.attribute('mechanism') ?? '';
  }

  it('where no mechanism fits, and credentials() are asked for once', async () => {
    let asked = 0;
    const credentials = () => {
      asked += 1;
      return { password: 'secret' };
    };
    const offer = { mechanisms: ['EXTERNAL', 'X'], features: OLD('PLAIN') };
    const { stream, client } = await started(offer, { password: undefined, credentials });
    expect(await byTheOld(stream)).toBe('PLAIN');
    expect(asked).toBe(1);
    await client.dispose();
  });

  it('where SASL2 is avoided, and not where there is nothing else', async () => {
    const server = new Sasl2Server();
    for (const [features, expected] of [
      [OLD('PLAIN'), 'auth'],
      ['', 'authenticate'],
    ] as const) {
      const client = server.client();
      client.use(Sasl2, { avoid: true });
      const { stream } = await server.connect(client);
      await stream.open({ features });
      expect((await stream.next(expected)).name).toBe(expected);
      await client.dispose();
    }
  });

  it('on a connection without TLS, where SASL2 is offered by who should not', async () => {
    const server = new Sasl2Server({ secure: false });
    const client = server.client({ tls: { required: false } });
    client.use(Sasl2);
    const { stream } = await server.connect(client);
    expect(await stream.open({ features: OLD('SCRAM-SHA-256') })).not.toContain('from=');
    expect(await byTheOld(stream)).toBe('SCRAM-SHA-256');
    expect(stream.peer.received).not.toContain('<authenticate');
    await client.dispose();
  });

  it('and not where the credentials were refused', async () => {
    const { connecting, stream } = await started({ features: OLD('PLAIN') });
    await stream.authenticate();
    await stream.say(failure('not-authorized'));
    expect(await rejection(connecting)).toMatchObject({ reason: 'not-authorized' });
    expect(stream.peer.received).not.toContain('<auth ');
  });

  it('shares what was learned of the server', async () => {
    const { server, client, connecting, stream } = await started({ features: OLD('PLAIN') });
    await stream.login();
    await stream.bind();
    await connecting;
    stream.peer.drop();
    await server.clock.runUntilIdle();
    const again = await server.connect(client);
    await again.stream.open({ mechanisms: ['PLAIN'], features: OLD('PLAIN') });
    expect(await rejection(again.connecting)).toMatchObject({ reason: 'downgrade' });
    expect(again.stream.peer.received).not.toContain('<auth');
  });
});

describe('tasks', () => {
  const wants = (...names: string[]): string =>
    `<tasks>${names.map((name) => `<task>${name}</task>`).join('')}</tasks><text>because</text>`;

  it('are done one after the other until the server says that it is enough', async () => {
    const { client, connecting, stream, sasl2 } = await started();
    const events: unknown[] = [];
    client.on('saslTask', (event) => events.push(event));
    sasl2.task('TOTP', async (exchange) => {
      exchange.send(new XmlElement('code', 'urn:totp').append('123456'));
      expect((await exchange.receive())?.firstElement?.name).toBe('more');
      exchange.send(new XmlElement('code', 'urn:totp').append('654321'));
    });
    sasl2.task('PASSWORD', async () => {});
    const data = await stream.scram(await stream.authenticate());
    await stream.say(
      `<continue xmlns='${NS_SASL2}'><additional-data>${data}</additional-data>${wants('HOTP', 'TOTP')}</continue>`,
    );
    const first = await stream.next('next');
    expect(first.attribute('task')).toBe('TOTP');
    await stream.say(`<task-data xmlns='${NS_SASL2}'><more xmlns='urn:totp'/></task-data>`);
    expect((await stream.next('task-data')).firstElement?.text).toBe('654321');
    await stream.say(`<continue xmlns='${NS_SASL2}'>${wants('PASSWORD')}</continue>`);
    expect((await stream.next('next')).attribute('task')).toBe('PASSWORD');
    await stream.success();
    await stream.bind();
    await connecting;
    expect(events).toEqual([
      { name: 'TOTP', choices: ['HOTP', 'TOTP'], text: 'because' },
      { name: 'PASSWORD', choices: ['PASSWORD'], text: 'because' },
    ]);
    await client.dispose();
  });

  it('that are unknown are named, and the login ends', async () => {
    const tracer = new RecordingTracer();
    const { connecting, stream } = await started({}, { tracer });
    const data = await stream.scram(await stream.authenticate());
    await stream.say(
      `<continue xmlns='${NS_SASL2}'><additional-data>${data}</additional-data>${wants('HOTP', 'TOTP')}</continue>`,
    );
    const error = await rejection(connecting);
    expect(error).toMatchObject({ code: 'ERR_AUTH', reason: 'sasl-abort', text: 'because' });
    expect(String((error['cause'] as Error)?.cause ?? error['cause'])).toContain('HOTP, TOTP');
    expect(tracer.sent.at(-1)).toContain('<abort');
  });

  it('without end are given up', async () => {
    const { connecting, stream, sasl2 } = await started();
    sasl2.task('X', async () => {});
    const data = await stream.scram(await stream.authenticate());
    await stream.say(
      `<continue xmlns='${NS_SASL2}'><additional-data>${data}</additional-data>${wants('X')}</continue>`,
    );
    for (let round = 0; round < 20 && !stream.peer.closed; round++) {
      await stream.say(`<continue xmlns='${NS_SASL2}'>${wants('X')}</continue>`);
    }
    expect(await rejection(connecting)).toMatchObject({ code: 'ERR_AUTH', reason: 'sasl-abort' });
  });

  it('that fail end the login, and a second of the same name is refused', async () => {
    const { connecting, stream, sasl2 } = await started();
    sasl2.task('X', async () => {});
    expect(() => sasl2.task('X', async () => {})).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
    const data = await stream.scram(await stream.authenticate());
    await stream.say(
      `<continue xmlns='${NS_SASL2}'><additional-data>${data}</additional-data>${wants('X')}</continue>`,
    );
    await stream.say(failure('credentials-expired'));
    expect(await rejection(connecting)).toMatchObject({ reason: 'credentials-expired' });
  });
});

describe('which client it is', () => {
  const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

  async function idOf(
    shared: { readonly secrets?: MemorySecrets; readonly storage?: MemoryStorage },
    server = new Sasl2Server(),
  ) {
    const client = server.client(shared);
    client.use(Sasl2);
    const { stream } = await server.connect(client);
    await stream.open();
    const agent = (await stream.authenticate()).child('user-agent', NS_SASL2);
    return { client, id: agent?.attribute('id') ?? '' };
  }

  it('stays the same after a restart, and is another for each that is there at the same time', async () => {
    const shared = { secrets: new MemorySecrets(), storage: new MemoryStorage() };
    const first = await idOf(shared);
    const second = await idOf(shared);
    expect(first.id).toMatch(UUID);
    expect(second.id).toMatch(UUID);
    expect(second.id).not.toBe(first.id);
    await first.client.dispose();
    await second.client.dispose();
    const again = await idOf(shared);
    expect(again.id).toBe(first.id);
    await again.client.dispose();
  });

  it('is another for each object without a place for secrets', async () => {
    const [first, second] = [await idOf({}), await idOf({})];
    expect(first.id).not.toBe('');
    await first.client.dispose();
    await second.client.dispose();
  });

  it('is not told where that is not wanted', async () => {
    const server = new Sasl2Server();
    const client = server.client();
    client.use(Sasl2, { clientId: false, software: 'Other', device: 'Phone' });
    const { stream } = await server.connect(client);
    await stream.open();
    const agent = (await stream.authenticate()).child('user-agent', NS_SASL2);
    expect(agent?.attribute('id')).toBeUndefined();
    expect(agent?.toString()).toMatch(/Other.*Phone/);
    await client.dispose();
    expect(() => server.client().use(Sasl2, { clientId: 'mine' })).toThrow(/UUID/);
  });
});
