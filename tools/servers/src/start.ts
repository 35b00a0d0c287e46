import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CertificateAuthority } from './certificates.js';
import { ServerError } from './errors.js';
import { ensureInstalled } from './install.js';
import { launchEjabberd, launchProsody } from './launch.js';
import { freePorts } from './ports.js';
import { componentDomains, hostsOf, issueCertificates, type Site } from './site.js';
import type { RunningServer, ServerOptions, ServerPorts, ServerUser } from './types.js';

const DOMAIN = 'localhost';
const NAMES = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'];

/** What the nodes of a cluster have in common. */
export type SharedSite = Pick<Site, 'hosts' | 'ca' | 'certificates' | 'component' | 'users'>;

/** A password, or another text that nobody guesses. */
export function secret(): string {
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

/** Makes certificates in a directory, and chooses the secrets. */
export async function makeShared(options: Pick<ServerOptions, 'users'>, directory: string): Promise<SharedSite> {
  const hosts = hostsOf(DOMAIN);
  const ca = await CertificateAuthority.create(join(directory, 'certificates'));
  return {
    hosts,
    ca,
    certificates: await issueCertificates(ca, hosts),
    component: { domains: componentDomains(DOMAIN), secret: secret() },
    users: makeUsers(options.users ?? 3),
  };
}

/** Chooses the rest. */
export async function makeSite(
  options: Omit<ServerOptions, 'kind'>,
  directory: string,
  shared: SharedSite,
  cluster?: Site['cluster'],
): Promise<Site> {
  return {
    ...shared,
    directory,
    ports: await choosePorts(),
    log: options.log ?? 'info',
    archive: options.archive ?? false,
    streamManagement: options.streamManagement ?? true,
    scramPlusExporter: options.scramPlusExporter ?? false,
    sasl2: options.sasl2 ?? false,
    loginTimeout: options.loginTimeout,
    balancedComponents: options.balancedComponents,
    cluster,
  };
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
  if (options.sasl2 && (options.kind !== 'prosody' || options.streamManagement === false)) {
    throw new ServerError('sasl2 is for prosody with stream management: ejabberd 23.01 has none of it');
  }
  if (options.balancedComponents !== undefined && options.kind !== 'ejabberd') {
    throw new ServerError('balancedComponents is for ejabberd: Prosody has one connection for each domain');
  }
  await ensureInstalled([options.kind]);
  const launch = options.kind === 'prosody' ? launchProsody : launchEjabberd;
  const { server, backend } = await launch(async (directory) =>
    makeSite(options, directory, await makeShared(options, directory)),
  );
  try {
    await backend.populate();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}
