import type { ExternalService } from './external-service.js';

/** A STUN or TURN server, as the constructor of `RTCPeerConnection` takes it in `iceServers`. */
export interface IceServer {
  /** A URI of RFC 7064 or RFC 7065. */
  readonly urls: string;
  readonly username?: string;
  /** The password. */
  readonly credential?: string;
}

/** What an ICE agent can use of a service; undefined where that is nothing. */
export function iceServerOf(service: ExternalService): IceServer | undefined {
  const { type, host, port, transport, username, password } = service;
  const place = port === undefined ? host : `${host}:${port}`;
  if (type === 'stun') return transport === undefined || transport === 'udp' ? { urls: `stun:${place}` } : undefined;
  if (type === 'stuns') return transport === undefined || transport === 'tcp' ? { urls: `stuns:${place}` } : undefined;
  if (type !== 'turn' && type !== 'turns') return undefined;
  const way = transport ?? (type === 'turns' ? 'tcp' : 'udp');
  if (way !== 'tcp' && (way !== 'udp' || type === 'turns')) return undefined;
  // Without both the constructor throws, and no call is made at all.
  if (username === undefined || password === undefined) return undefined;
  return { urls: `${type}:${place}?transport=${way}`, username, credential: password };
}
