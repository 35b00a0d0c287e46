import type { Transport, TransportTarget } from '@sestina/core/transport';
import { type WebSocketOptions, WebSocketTransportFactory } from '@sestina/websocket';
import { WebSocket } from 'ws';
import { never, Recorder } from './recorder.js';
import type { LoopbackServer, Peer } from './server.js';

/** The two kinds of WebSocket: that of `ws`, and the one that browsers have, whose part `ws` plays too. */
export const KINDS = ['node', 'browser'] as const;
export type Kind = (typeof KINDS)[number];

const optionsOf = (kind: Kind): WebSocketOptions => (kind === 'browser' ? { webSocket: WebSocket } : {});

/** A transport to a loopback server, not connected. */
export function transportTo(
  server: LoopbackServer,
  kind: Kind = 'node',
  options: WebSocketOptions = {},
  target: Partial<TransportTarget> = {},
): Transport {
  return new WebSocketTransportFactory({ ...optionsOf(kind), ...options }).create({
    domain: 'example.org',
    kind: 'client',
    service: server.url,
    ...target,
  });
}

export interface Connected {
  readonly transport: Transport;
  readonly recorder: Recorder;
  readonly peer: Peer;
}

/** A transport that is connected, with the server's end. */
export async function connected(
  server: LoopbackServer,
  kind: Kind = 'node',
  options: WebSocketOptions = {},
): Promise<Connected> {
  const recorder = new Recorder();
  const accepted = server.next();
  const transport = transportTo(server, kind, options);
  await transport.connect(recorder, never());
  return { transport, recorder, peer: await accepted };
}
