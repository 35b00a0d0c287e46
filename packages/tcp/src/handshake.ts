import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { TlsError } from '@sestina/core';
import { quoted } from '@sestina/core/util';
import { guarded } from './dial.js';
import { presentedNames, speaksFor } from './identity.js';
import type { TlsSettings } from './tls-options.js';

/** The application protocol of `_xmpps-client` (XEP-0368 §3). */
const ALPN = 'xmpp-client';

/**
 * TLS on `socket`, which has to be `settings.domain`, whatever host it leads to. Given up when `socket` is destroyed.
 * `directTls`: no STARTTLS came before.
 * @throws what Node or OpenSSL found (see `toTlsError`).
 */
export function handshake(socket: Duplex, settings: TlsSettings, directTls: boolean): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secured = guarded(connect(connectOptions(socket, settings, directTls)));
    const settle = (settled: () => void): void => {
      secured.off('secureConnect', onSecure).off('error', fail).off('close', onClose);
      socket.off('close', onClose);
      settled();
    };
    const fail = (error: unknown): void => {
      secured.destroy();
      settle(() => reject(error));
    };
    const onClose = (): void => fail(new Error('closed in the handshake'));
    const onSecure = (): void => {
      // A secureContext of the caller's may allow more than we do.
      const version = secured.getProtocol();
      if (version !== 'TLSv1.2' && version !== 'TLSv1.3') {
        fail(new TlsError(settings.domain, 'protocol', `${version} is not safe`));
        return;
      }
      // Another handshake would change the channel binding data, and could change the certificate.
      secured.disableRenegotiation();
      settle(() => resolve(secured));
    };
    secured.on('secureConnect', onSecure).on('error', fail).on('close', onClose);
    socket.on('close', onClose);
  });
}

function connectOptions(socket: Duplex, settings: TlsSettings, directTls: boolean): ConnectionOptions {
  const { domain, options, secureContext } = settings;
  const rest = omit(options, ['session', 'host', 'port', 'path', 'servername', 'ALPNProtocols']);
  return {
    ...rest,
    socket: socket as Socket,
    minVersion: options.minVersion ?? 'TLSv1.2',
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
    rejectUnauthorized: options.rejectUnauthorized !== false,
    checkServerIdentity: (_hostname, certificate) => checkCertificate(certificate, settings),
    ...(directTls && { ALPNProtocols: [ALPN] }),
    ...(secureContext && { secureContext }),
    // RFC 6066 §3: no address in SNI.
    ...(isIP(domain) !== 0 ? {} : { servername: domain }),
  };
}

function omit(options: ConnectionOptions, names: readonly (keyof ConnectionOptions)[]): ConnectionOptions {
  const rest = { ...options };
  for (const name of names) delete rest[name];
  return rest;
}

function checkCertificate(certificate: PeerCertificate, { domain, options }: TlsSettings): Error | undefined {
  const names = presentedNames(certificate.subjectaltname);
  if (!speaksFor(names, domain)) {
    const list = names.map(({ value }) => value).join(', ');
    const shown = list === '' ? 'no name at all' : quoted(list);
    return new TlsError(domain, 'certificate-name', `the certificate is for ${shown}, not for ${domain}`);
  }
  try {
    const refused = options.checkServerIdentity?.(domain, certificate);
    return refused && new TlsError(domain, 'certificate-untrusted', refused.message, { cause: refused });
  } catch (error) {
    return new TlsError(domain, 'certificate-untrusted', 'tls.checkServerIdentity threw', { cause: error });
  }
}
