import { describe, expect, it } from 'vitest';
import { type RunningServer, type ServerKind, type ServerOptions, startServer } from '../src/index.js';
import { RawClient } from './raw-client.js';
import { RawComponent } from './raw-component.js';

async function using(options: ServerOptions, action: (server: RunningServer) => Promise<void>): Promise<void> {
  const server = await startServer(options);
  try {
    await action(server);
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

describe('options', () => {
  it('scramPlusExporter lets a client bind SCRAM to TLS 1.3', () =>
    using({ kind: 'prosody', scramPlusExporter: true, users: ['juliet'] }, async (server) => {
      const [user] = server.users;
      const client = await RawClient.open(server, { tls: { minVersion: 'TLSv1.3' } });
      expect(client.features).toContain('tls-exporter');
      await client.scram('SCRAM-SHA-256', 'juliet', user?.password ?? '', true);
      expect(await client.bind()).toMatch(/^juliet@/);
      client.close();
    }));

  it('sasl2 offers a login within which a resource is bound, a session resumed, and a token asked for', () =>
    using({ kind: 'prosody', sasl2: true, users: ['juliet'] }, async (server) => {
      const client = await RawClient.open(server, { tls: { minVersion: 'TLSv1.3' } });
      for (const part of ['urn:xmpp:sasl:2', 'urn:xmpp:bind:0', 'urn:xmpp:sm:3', 'SCRAM-SHA-256-PLUS']) {
        expect(client.features).toContain(part);
      }
      client.close();
    }));

  it('sasl2 is refused where the server has nothing of the kind', async () => {
    for (const options of [
      { kind: 'ejabberd', sasl2: true },
      { kind: 'prosody', sasl2: true, streamManagement: false },
    ] as const) {
      await expect(startServer(options)).rejects.toMatchObject({ code: 'ERR_TEST_SERVER' });
    }
  });

  it('scramPlusExporter is refused where the server has nothing of the kind', async () => {
    const starting = startServer({ kind: 'ejabberd', scramPlusExporter: true });
    await expect(starting).rejects.toMatchObject({ code: 'ERR_TEST_SERVER' });
  });

  it.each<ServerKind>(['prosody', 'ejabberd'])('archive switches the message archive of %s on', (kind) =>
    using({ kind, archive: true, users: 1, log: 'debug' }, async (server) => {
      const [user] = server.users;
      const client = await RawClient.open(server);
      await client.plain(user?.username ?? '', user?.password ?? '');
      const jid = await client.bind();
      client.send(`<message type="chat" to="${user?.jid}"><body>kept</body></message>`);
      client.send('<iq type="set" id="archive"><query xmlns="urn:xmpp:mam:2"/></iq>');
      await client.expect(/<result[^>]*urn:xmpp:mam:2.*<body>kept<\/body>/s);
      expect(jid).toContain('@localhost/');
      client.close();
    }),
  );

  it('prosody has a component domain for each conflict policy', () =>
    using({ kind: 'prosody', users: 0 }, async (server) => {
      for (const domain of server.component.domains) {
        const first = new RawComponent(server, domain);
        await first.outcome();
        const second = new RawComponent(server, domain);
        if (/^(?:component|kick-new)\./.test(domain)) {
          expect(await second.outcome()).toBe('conflict');
        } else {
          expect(await second.outcome()).toBe('handshake');
          expect(await first.error()).toBe('conflict');
        }
        first.close();
        second.close();
      }
    }));
});
