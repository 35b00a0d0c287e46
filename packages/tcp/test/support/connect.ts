import type { Transport, TransportTarget } from '@sestina/core/transport';
import { type TcpOptions, TcpTransportFactory } from '@sestina/tcp';
import { FakeResolver, Recorder } from './fakes.js';
import type { Loopback } from './servers.js';

export type Way = 'direct TLS' | 'STARTTLS';

/** A transport to a loopback server, not connected. */
export function transportTo(
  server: Loopback,
  way: Way,
  target: Partial<TransportTarget> = {},
  options: TcpOptions = {},
): Transport {
  const service = `${way === 'STARTTLS' ? 'xmpp' : 'xmpps'}://127.0.0.1:${server.port}`;
  return new TcpTransportFactory({ resolver: new FakeResolver(), ...options }).create({
    domain: 'example.org',
    kind: 'client',
    service,
    ...target,
  });
}

export const never = (): AbortSignal => new AbortController().signal;

/** Connects, asks for STARTTLS and upgrades within the callback that delivered `<proceed/>`, as a stream does. */
export async function upgraded(transport: Transport, recorder: Recorder, signal = never()): Promise<void> {
  await transport.connect(recorder, signal);
  await new Promise<void>((resolve, reject) => {
    recorder.onData = () => {
      if (!recorder.text.includes('<proceed/>')) return;
      recorder.onData = () => {};
      transport.startTls(signal).then(resolve, reject);
    };
    transport.write('<starttls/>');
  });
}

/** Connects in either way until it is secure. */
export async function secured(transport: Transport, way: Way, recorder = new Recorder()): Promise<Recorder> {
  if (way === 'STARTTLS') await upgraded(transport, recorder);
  else await transport.connect(recorder, never());
  return recorder;
}
