import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateAuthority } from './certificates.js';
import { Ejabberd } from './ejabberd.js';
import { ServerError } from './errors.js';
import { Guard } from './guard.js';
import { ensureInstalled } from './install.js';
import { freePorts } from './ports.js';
import { Prosody } from './prosody.js';
import { PortTakenError, TestServer } from './server.js';
import { componentDomains, hostsOf, issueCertificates, type Site } from './site.js';
import type { RunningServer, ServerOptions, ServerPorts, ServerUser } from './types.js';

const DOMAIN = 'localhost';
const NAMES = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'];
const ATTEMPTS = 3;

/** The address of a Unix socket holds 107 bytes; those of the servers lie in their directory. */
const LONGEST_DIRECTORY = 95;

function secret(): string {
  return randomBytes(18).toString('base64url');
}

function makeUsers(users: number | readonly string[]): ServerUser[] {
  const names =
    typeof users === 'number' ? Array.from({ length: users }, (_, index) => NAMES[index] ?? `user${index + 1}`) : users;
  return names.map((username) => ({ jid: `${username}@${DOMAIN}`, username, password: secret() }));
}

async function choosePorts(): Promise<ServerPorts> {
  const [c2s = 0, c2sTls = 0, component = 0, http = 0, https = 0] = await freePorts(5);
  return { c2s, c2sTls, component, http, https };
}

async function makeSite(options: ServerOptions, directory: string): Promise<Site> {
  const hosts = hostsOf(DOMAIN);
  const ca = await CertificateAuthority.create(join(directory, 'certificates'));
  return {
    directory,
    hosts,
    ca,
    certificates: await issueCertificates(ca, hosts),
    ports: await choosePorts(),
    component: { domains: componentDomains(DOMAIN), secret: secret() },
    users: makeUsers(options.users ?? 3),
    log: options.log ?? 'info',
    archive: options.archive ?? false,
    scramPlusExporter: options.scramPlusExporter ?? false,
    loginTimeout: options.loginTimeout,
    balancedComponents: options.balancedComponents,
  };
}

async function launch(options: ServerOptions): Promise<RunningServer> {
  const directory = await mkdtemp(join(tmpdir(), `sestina-${options.kind}-`));
  const guard = new Guard(directory);
  let server: TestServer | undefined;
  try {
    if (Buffer.byteLength(directory) > LONGEST_DIRECTORY)
      throw new ServerError(`${directory} is too long: set TMPDIR to a shorter path`);
    const site = await makeSite(options, directory);
    const backend = options.kind === 'prosody' ? new Prosody(site) : await Ejabberd.create(site);
    await backend.configure();
    server = new TestServer(options.kind, site, backend, guard);
    await server.start();
    await backend.populate();
    return server;
  } catch (error) {
    await (server === undefined ? guard.release() : server[Symbol.asyncDispose]());
    throw error;
  }
}

/**
 * Starts a real XMPP server on 127.0.0.1: free ports, a temporary directory, a private certificate authority, random passwords.
 * Installs the server first where it is not there (see `ensureInstalled`). Resolves once every port listens.
 *
 * Dispose of it, best with `await using`. Should this process end first, in whatever way, the server dies with it.
 *
 * @throws {ServerError} When it cannot be installed or started; the message has the end of the server's log.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  if (options.scramPlusExporter && options.kind !== 'prosody') {
    throw new ServerError('scramPlusExporter is for prosody: ejabberd 23.01 has no tls-exporter');
  }
  if (options.balancedComponents !== undefined && options.kind !== 'ejabberd') {
    throw new ServerError('balancedComponents is for ejabberd: Prosody has one connection for each domain');
  }
  await ensureInstalled([options.kind]);
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(options);
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === ATTEMPTS) throw error;
    }
  }
}
