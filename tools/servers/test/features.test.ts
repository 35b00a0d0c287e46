import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, type ServerKind, startServer } from '../src/index.js';
import { RawClient } from './raw-client.js';
import { RawComponent } from './raw-component.js';

const KINDS: readonly ServerKind[] = ['prosody', 'ejabberd'];

function upgrade(server: RunningServer, secure: boolean): Promise<number | undefined> {
  const options = {
    host: secure ? 'localhost' : server.host,
    lookup: undefined,
    port: secure ? server.ports.https : server.ports.http,
    path: '/xmpp-websocket',
    agent: false,
    ca: server.ca,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-protocol': 'xmpp',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    },
  };
  return new Promise((resolve, reject) => {
    const call = (secure ? requestHttps : requestHttp)(options);
    const end = (response: IncomingMessage): void => {
      resolve(response.statusCode);
      call.destroy();
    };
    call.on('upgrade', end);
    call.on('response', end);
    call.on('error', reject);
    call.end();
  });
}

describe.each(KINDS)('%s', (kind) => {
  let server: RunningServer;

  async function using<T>(opening: Promise<RawClient>, action: (client: RawClient) => Promise<T> | T): Promise<T> {
    const client = await opening;
    try {
      return await action(client);
    } finally {
      client.close();
    }
  }

  beforeAll(async () => {
    server = await startServer({ kind });
  });

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });

  describe.each(['starttls', 'direct'] as const)('%s', (security) => {
    it.each(['main', 'anonymous', 'external'] as const)('shows a good certificate for the %s host', async (host) => {
      const domain = server.hosts[host];
      const name = await using(
        RawClient.open(server, { domain, security }),
        (client) => client.tls.authorized && client.tls.getPeerCertificate().subjectaltname,
      );
      expect(name).toContain(`DNS:${domain}`);
    });

    it.each([
      ['expired', 'CERT_HAS_EXPIRED'],
      ['wrongName', 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ] as const)('is refused by a client that looks at the certificate of the %s host', async (host, code) => {
      await expect(RawClient.open(server, { domain: server.hosts[host], security })).rejects.toMatchObject({ code });
    });
  });

  it('is refused by a client that does not know its certificate authority', async () => {
    const opening = RawClient.open(server, { tls: { ca: undefined } });
    await expect(opening).rejects.toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    const tls = { minVersion: version, maxVersion: version };
    expect(await using(RawClient.open(server, { tls }), (client) => client.tls.getProtocol())).toBe(version);
  });

  it('leaves it to the client of the main host to ask for TLS', async () => {
    const features = await using(RawClient.open(server, { security: 'none' }), (client) => client.features);
    expect(features).toContain('<starttls');
    expect(features).not.toContain('<required');
  });

  it('lets a user in by PLAIN', async () => {
    const [user] = server.users;
    const jid = await using(RawClient.open(server), async (client) => {
      await client.plain(user?.username ?? '', user?.password ?? '');
      return client.bind();
    });
    expect(jid).toMatch(/^alice@localhost\/.+/);
  });

  const scram = ['SCRAM-SHA-1', 'SCRAM-SHA-256', ...(kind === 'ejabberd' ? ['SCRAM-SHA-512'] : [])];
  it.each(scram)('lets a user in by %s', async (mechanism) => {
    const [user] = server.users;
    const jid = await using(RawClient.open(server), async (client) => {
      await client.scram(mechanism, user?.username ?? '', user?.password ?? '');
      return client.bind();
    });
    expect(jid).toMatch(/^alice@localhost\/.+/);
  });

  it('refuses a wrong password', async () => {
    await using(RawClient.open(server), (client) =>
      expect(client.plain('alice', 'guess')).rejects.toThrow('PLAIN failed'),
    );
  });

  it('offers nothing but ANONYMOUS on the anonymous host', async () => {
    const jid = await using(RawClient.open(server, { domain: server.hosts.anonymous }), async (client) => {
      expect(client.mechanisms).toEqual(['ANONYMOUS']);
      await client.authenticate('ANONYMOUS', '');
      return client.bind();
    });
    expect(jid).toContain(`@${server.hosts.anonymous}/`);
  });

  it.each(['starttls', 'direct'] as const)('takes a client certificate over %s', async (security) => {
    const options = { domain: server.hosts.external, security, certificate: server.clientCertificate('zoe') };
    const jid = await using(RawClient.open(server, options), async (client) => {
      expect(client.mechanisms).toEqual(['EXTERNAL']);
      await client.authenticate('EXTERNAL', '');
      return client.bind();
    });
    expect(jid).toContain(`zoe@${server.hosts.external}/`);
  });

  it('refuses EXTERNAL without a client certificate', async () => {
    await using(RawClient.open(server, { domain: server.hosts.external }), (client) =>
      expect(client.authenticate('EXTERNAL', '')).rejects.toThrow('EXTERNAL failed'),
    );
  });

  it('refuses EXTERNAL with the certificate of somebody else', async () => {
    const certificate = server.clientCertificate('mallory@elsewhere.example');
    await using(RawClient.open(server, { domain: server.hosts.external, certificate }), (client) =>
      expect(client.authenticate('EXTERNAL', `zoe@${server.hosts.external}`)).rejects.toThrow('EXTERNAL failed'),
    );
  });

  it('adds and removes accounts, whatever is in the password', async () => {
    const password = `"quo'te\\ <&> €é`;
    await server.addUser('new_user', password);
    expect(server.users.map(({ jid }) => jid)).toContain('new_user@localhost');
    await using(RawClient.open(server), (client) => client.scram('SCRAM-SHA-256', 'new_user', password));
    await server.removeUser('new_user');
    expect(server.users.map(({ jid }) => jid)).not.toContain('new_user@localhost');
    await using(RawClient.open(server), (client) => expect(client.plain('new_user', password)).rejects.toThrow());
  });

  it('says why an account cannot be added', async () => {
    await expect(server.addUser('alice', 'secret')).rejects.toMatchObject({ code: 'ERR_TEST_SERVER' });
    expect(server.users.find(({ username }) => username === 'alice')?.password).not.toBe('secret');
  });

  it.each(['full', 'bare'] as const)('ends the session of a %s JID with a stream error', async (form) => {
    const [user] = server.users;
    await using(RawClient.open(server), async (client) => {
      await client.plain(user?.username ?? '', user?.password ?? '');
      const jid = await client.bind();
      await server.closeSession(form === 'full' ? jid : `${user?.jid}`);
      const [, condition] = await client.expect(/<stream:error><([\w-]+)/);
      expect(condition).toBe(kind === 'ejabberd' && form === 'full' ? 'conflict' : 'policy-violation');
      await client.closed();
    });
  });

  it('ends only the session of the given full JID', async () => {
    const [user] = server.users;
    await using(RawClient.open(server), (other) =>
      using(RawClient.open(server), async (client) => {
        for (const one of [client, other]) await one.plain(user?.username ?? '', user?.password ?? '');
        await other.bind();
        await server.closeSession(await client.bind());
        await client.closed();
        other.send('<iq type="get" id="alive"><query xmlns="jabber:iq:roster"/></iq>');
        await other.expect(/<iq[^>]*id=['"]alive['"]/);
      }),
    );
  });

  it('takes components with the right secret', async () => {
    for (const domain of server.component.domains) {
      const component = new RawComponent(server, domain);
      expect(await component.outcome()).toBe('handshake');
      component.close();
    }
  });

  it('refuses a component with a wrong secret', async () => {
    const component = new RawComponent(server, server.component.domains[0] ?? '', 'guess');
    expect(await component.outcome()).toBe('not-authorized');
    component.close();
  });

  it.each([false, true])('answers WebSocket handshakes (TLS: %s)', async (secure) => {
    expect(await upgrade(server, secure)).toBe(101);
  });

  it('has rooms and publish-subscribe', async () => {
    const [user] = server.users;
    await using(RawClient.open(server), async (client) => {
      await client.plain(user?.username ?? '', user?.password ?? '');
      await client.bind();
      for (const service of ['muc', 'pubsub'] as const) {
        client.send(
          `<iq type="get" id="${service}" to="${server.hosts[service]}"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`,
        );
        await client.expect(new RegExp(`http://jabber.org/protocol/${service}['"]`));
      }
    });
  });

  it('keeps passwords and the secret out of its log', async () => {
    const log = await server.logTail(100_000);
    for (const { password } of server.users) expect(log).not.toContain(password);
    expect(log).not.toContain(server.component.secret);
  });
});
