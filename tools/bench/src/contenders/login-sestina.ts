import { ClientXMPP } from '@sestina/client';
import { SilentLogger } from '@sestina/core';
import { type Transport, TransportFactory, type TransportTarget } from '@sestina/core/transport';
import { TcpTransportFactory } from '@sestina/tcp';
import { Bind2 } from '@sestina/xep-0386';
import { Sasl2 } from '@sestina/xep-0388';
import { FastTokens } from '@sestina/xep-0484';
import { measureLogins } from './lib/login.js';

/** Counts what is written once TLS is on. */
class Counting extends TransportFactory {
  readonly #factory = new TcpTransportFactory();
  writes = 0;

  supports(target: TransportTarget): boolean {
    return this.#factory.supports(target);
  }

  create(target: TransportTarget): Transport {
    const transport = this.#factory.create(target);
    const write = transport.write.bind(transport);
    transport.write = (text) => {
      if (transport.secure) this.writes += 1;
      return write(text);
    };
    return transport;
  }
}

const transports = new Counting();
let client: ClientXMPP | undefined;

await measureLogins(async ({ port, ca, jid, password, way }) => {
  if (!client) {
    client = new ClientXMPP({
      jid,
      password,
      host: '127.0.0.1',
      port,
      tls: { ca },
      transports,
      reconnect: false,
      logger: new SilentLogger(),
    });
    if (way !== 'rfc6120') client.use(Sasl2);
    if (way === 'bind2' || way === 'fast') client.use(Bind2, { withoutArchive: 'accept' });
    if (way === 'fast') client.use(FastTokens);
  }
  const xmpp = client;
  transports.writes = 0;
  let writes = 0;
  const begun = xmpp.onBegin(() => {
    writes = transports.writes;
  });
  await xmpp.connect();
  begun.dispose();
  return { writes, end: () => xmpp.disconnect() };
});
