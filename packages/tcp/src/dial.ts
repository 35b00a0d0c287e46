import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Opens a byte stream to an address: what goes through a proxy or a tunnel. Has to destroy what it opened once `signal` is aborted. */
export type Dial = (host: string, port: number, signal: AbortSignal) => Promise<Duplex>;

// So that a dead peer is noticed by the system even where nobody pings; in milliseconds.
const KEEP_ALIVE = 60_000;

const ignore = (): void => {};

/** Takes a stream over: an error of it, whenever it comes, then never ends the process. */
export function guarded<T extends Duplex>(socket: T): T {
  socket.on('error', ignore);
  if (socket instanceof Socket) socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE);
  return socket;
}

/** TCP to an IP address. */
export const dialTcp: Dial = (host, port, signal) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ host, port }).on('error', ignore);
    const settle = (settled: () => void): void => {
      socket.off('connect', onConnect).off('error', onError).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      settled();
    };
    const fail = (reason: unknown): void => {
      socket.destroy();
      settle(() => reject(reason));
    };
    const onConnect = (): void => settle(() => resolve(socket));
    const onError = (error: Error): void => fail(error);
    const onClose = (): void => fail(new Error('closed'));
    const onAbort = (): void => fail(signal.reason);
    socket.on('connect', onConnect).on('error', onError).on('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
  });
