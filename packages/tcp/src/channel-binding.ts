import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ChannelBindingType } from '@sestina/core';
import { certificateHash } from './certificate-hash.js';

/** The channel binding data of a TLS connection, by type, best first. */
export function channelBindings(socket: TLSSocket): Map<ChannelBindingType, Uint8Array> {
  const bindings = new Map<ChannelBindingType, Uint8Array>();
  if (socket.getProtocol() === 'TLSv1.3') {
    bindings.set('tls-exporter', socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
  } else if (!socket.isSessionReused()) {
    // RFC 5929 §3.1: the first Finished message, which is the client's in a full handshake. RFC 9266 wants the extended
    // master secret for tls-exporter before TLS 1.3, and Node does not tell whether it was used.
    const finished = socket.getFinished();
    if (finished) bindings.set('tls-unique', finished);
  }
  const certificate = socket.getPeerX509Certificate()?.raw;
  const hash = certificate && certificateHash(certificate);
  if (certificate && hash) bindings.set('tls-server-end-point', createHash(hash).update(certificate).digest());
  return bindings;
}
