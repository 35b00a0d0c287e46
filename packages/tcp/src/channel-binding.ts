import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ChannelBindingType } from '@sestina/core/transport';
import { certificateHash } from './certificate-hash.js';

type Questions = 'exportKeyingMaterial' | 'getFinished' | 'getPeerX509Certificate' | 'getProtocol' | 'isSessionReused';

/** What a TLS connection is asked for its bindings. Platforms that imitate Node's leave some of it out, or throw. */
export type Bindable = Partial<Pick<TLSSocket, Questions>>;

/** The channel binding data of a TLS connection, by type, best first: without those that the platform cannot tell. */
export function channelBindings(socket: Bindable): Map<ChannelBindingType, Uint8Array> {
  const bindings = new Map<ChannelBindingType, Uint8Array>();
  const add = (type: ChannelBindingType, data: Uint8Array | undefined): void => {
    if (data) bindings.set(type, data);
  };
  if (ask(() => socket.getProtocol?.()) === 'TLSv1.3') {
    add(
      'tls-exporter',
      ask(() => socket.exportKeyingMaterial?.(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))),
    );
  } else if (ask(() => socket.isSessionReused?.()) === false) {
    // RFC 5929 §3.1: the first Finished message, which is the client's in a full handshake. RFC 9266 wants the extended
    // master secret for tls-exporter before TLS 1.3, and Node does not tell whether it was used.
    add(
      'tls-unique',
      ask(() => socket.getFinished?.()),
    );
  }
  const certificate = ask(() => socket.getPeerX509Certificate?.()?.raw);
  const hash = certificate && certificateHash(certificate);
  if (certificate && hash) add('tls-server-end-point', createHash(hash).update(certificate).digest());
  return bindings;
}

function ask<T>(question: () => T | undefined): T | undefined {
  try {
    return question();
  } catch {
    return undefined;
  }
}
