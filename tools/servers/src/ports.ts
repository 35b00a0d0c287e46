import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { ServerError } from './errors.js';

const LOWEST = 10_000;
const ATTEMPTS = 200;

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

/** Finds TCP ports that are free on 127.0.0.1, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  const end = await lowestEphemeral();
  try {
    for (let attempt = 0; held.size < count; attempt++) {
      if (attempt === ATTEMPTS) throw new ServerError(`no ${count} free ports between ${LOWEST} and ${end}`);
      const port = randomInt(LOWEST, end);
      const server = held.has(port) ? undefined : await listen(port);
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
