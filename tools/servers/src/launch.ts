import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ejabberd } from './ejabberd.js';
import { ServerError } from './errors.js';
import { Guard } from './guard.js';
import { Prosody } from './prosody.js';
import { PortTakenError, TestServer } from './server.js';
import type { Backend, Site } from './site.js';
import type { ServerKind } from './types.js';

const ATTEMPTS = 3;

/** The address of a Unix socket holds 107 bytes; those of the servers lie in their directory. */
const LONGEST_DIRECTORY = 95;

/** A server that runs, and what only its kind can do. */
export interface Launched<B extends Backend> {
  readonly server: TestServer;
  readonly backend: B;
}

type MakeSite = (directory: string) => Promise<Site>;

async function launch<B extends Backend>(
  kind: ServerKind,
  makeSite: MakeSite,
  makeBackend: (site: Site) => Promise<B>,
): Promise<Launched<B>> {
  const directory = await mkdtemp(join(tmpdir(), `sestina-${kind}-`));
  const guard = new Guard(directory);
  let server: TestServer | undefined;
  try {
    if (Buffer.byteLength(directory) > LONGEST_DIRECTORY)
      throw new ServerError(`${directory} is too long: set TMPDIR to a shorter path`);
    const site = await makeSite(directory);
    const backend = await makeBackend(site);
    await backend.configure();
    server = new TestServer(kind, site, backend, guard);
    await server.start();
    return { server, backend };
  } catch (error) {
    await (server === undefined ? guard.release() : server[Symbol.asyncDispose]());
    throw error;
  }
}

async function withOtherPorts<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Starts a Prosody without accounts. `makeSite` is called again where a port was taken in the meantime. */
export function launchProsody(makeSite: MakeSite): Promise<Launched<Prosody>> {
  return withOtherPorts(() => launch('prosody', makeSite, async (site) => new Prosody(site)));
}

/** The same with ejabberd. */
export function launchEjabberd(makeSite: MakeSite): Promise<Launched<Ejabberd>> {
  return withOtherPorts(() => launch('ejabberd', makeSite, (site) => Ejabberd.create(site)));
}
