import { mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Daemon } from './daemon.js';
import { ServerError } from './errors.js';
import { Guard } from './guard.js';
import { ensureInstalled } from './install.js';
import { freePorts } from './ports.js';

const START_TIMEOUT = 10_000;
const POLL = 25;

/** A Redis that {@link startRedis} has started. It dies with this process, however that ends. */
export interface RunningRedis extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
}

/**
 * Starts a Redis on 127.0.0.1, on a free port and with nothing in it; what it is given stays in memory. Installs it first where
 * it is not there (see `ensureInstalled`).
 *
 * @throws {ServerError} When it cannot be installed or started.
 */
export async function startRedis(): Promise<RunningRedis> {
  await ensureInstalled(['redis']);
  const directory = await mkdtemp(join(tmpdir(), 'sestina-redis-'));
  const guard = new Guard(directory);
  const [port = 0] = await freePorts(1);
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no'];
  const daemon = new Daemon({ command: 'redis-server', args }, directory, join(directory, 'console.log'));
  guard.watch(daemon.group);
  const end = async (): Promise<void> => {
    await daemon.stop('KILL');
    await guard.release();
  };
  const deadline = performance.now() + START_TIMEOUT;
  while (!(await answers(port))) {
    if (daemon.running && performance.now() < deadline) {
      await sleep(POLL);
      continue;
    }
    await end();
    throw new ServerError(`redis-server did not start on port ${port}`);
  }
  return { host: '127.0.0.1', port, [Symbol.asyncDispose]: end };
}

/** Whether Redis, and not somebody else, is there. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')));
    socket.once('error', () => end(false));
  });
}
