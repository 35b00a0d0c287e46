import { randomInt } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ServerError } from './errors.js';

const LOWEST = 10_000;
const ATTEMPTS_EACH = 50;

/**
 * The kernel gives ports of the ephemeral range to every outgoing connection, so one of those could be taken while a server is
 * down between stop() and start(). Below that range nobody but a listener takes a port.
 */
async function lowestEphemeral(): Promise<number> {
  const text = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  const lowest = Number.parseInt(text, 10);
  return lowest > LOWEST + 1_000 ? lowest : 32_768;
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Takes a port for as long as this process lives, among processes that ask for theirs here: a server holds its ports only while it runs,
 * and one that is about to start, or to start again, must find them free.
 */
async function claim(directory: string, port: number): Promise<boolean> {
  const path = join(directory, `${port}`);
  try {
    await writeFile(path, `${process.pid}`, { flag: 'wx' });
    return true;
  } catch {
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    // An empty file is about to be written.
    if (owner === 0 || alive(owner)) return false;
    // Of two that find the same dead owner one gets the file away.
    const mine = await rename(path, join(directory, `dead-${process.pid}`)).then(
      () => true,
      () => false,
    );
    return mine && claim(directory, port);
  }
}

/** Finds TCP ports that are free on 127.0.0.1, all different, and given to nobody else while this process lives. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  const end = await lowestEphemeral();
  const directory = join(tmpdir(), `sestina-ports-${userInfo().uid}`);
  await mkdir(directory, { recursive: true });
  try {
    for (let attempt = 0; held.size < count; attempt++) {
      if (attempt === ATTEMPTS_EACH * count)
        throw new ServerError(`no ${count} free ports between ${LOWEST} and ${end}`);
      const port = randomInt(LOWEST, end);
      const server = (await claim(directory, port)) ? await listen(port) : undefined;
      if (server !== undefined) held.set(port, server);
    }
    return [...held.keys()];
  } finally {
    await Promise.all([...held.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

/** Whether somebody takes connections on that port of 127.0.0.1. */
export function listening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (result: boolean) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', end(true));
    socket.once('error', end(false));
  });
}
