import { access, rm, writeFile } from 'node:fs/promises';
import { ServerError } from './errors.js';
import { run } from './run.js';

/** What {@link ensureInstalled} can bring. */
export type Installable = 'prosody' | 'ejabberd' | 'redis' | 'slixmpp' | 'chromium';

const PACKAGES: Readonly<Record<Installable, readonly string[]>> = {
  prosody: ['openssl', 'prosody', 'prosody-modules', 'lua-unbound'],
  ejabberd: ['openssl', 'ejabberd', 'erlang-p1-sqlite3'],
  redis: ['redis-server'],
  slixmpp: ['python3-slixmpp'],
  chromium: ['chromium'],
};

const POLICY = '/usr/sbin/policy-rc.d';

/** How long apt-get may take, in milliseconds. */
const INSTALL_TIMEOUT = 600_000;

async function missing(packages: readonly string[]): Promise<string[]> {
  // It fails where one package is unknown, and still tells about the others.
  const query = 'dpkg-query --show --showformat="\\${Package} \\${db:Status-Status}\\n" "$@" 2>/dev/null || true';
  const installed = new Set((await run('/bin/sh', ['-c', query, 'sh', ...packages])).split('\n'));
  return packages.filter((name) => !installed.has(`${name} installed`));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Debian starts a service as soon as it is installed, unless this file says no. */
async function withoutServiceStarts(action: () => Promise<void>): Promise<void> {
  const mine = await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  if (!mine && !(await exists(POLICY))) {
    throw new ServerError(`cannot write ${POLICY}, which keeps apt-get from starting the servers as services`);
  }
  try {
    await action();
  } finally {
    if (mine) await rm(POLICY, { force: true });
  }
}

/**
 * Finds the Debian packages of the given servers, and installs with apt-get those that are not there. Nothing is started as a
 * system service. Calling it again costs some milliseconds.
 *
 * @param log Gets one line before something is downloaded. Default: standard error.
 * @throws {ServerError} Where apt-get is not there, fails, or may not be used (not root); the message has the command to type.
 */
export async function ensureInstalled(
  kinds: readonly Installable[],
  log: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Promise<void> {
  const wanted = await missing([...new Set(kinds.flatMap((kind) => PACKAGES[kind]))]);
  if (wanted.length === 0) return;
  if (!(await exists('/usr/bin/apt-get'))) {
    throw new ServerError(`the test servers need Debian or Ubuntu (apt-get); not installed: ${wanted.join(' ')}`);
  }
  if (process.getuid?.() !== 0) {
    throw new ServerError(`not installed: ${wanted.join(' ')}. Run: sudo apt-get install --yes ${wanted.join(' ')}`);
  }
  log(`installing ${wanted.join(' ')} …`);
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, timeout: INSTALL_TIMEOUT };
  const lock = ['-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', ['update', ...lock], options);
  await withoutServiceStarts(async () => {
    await run('apt-get', ['install', '--yes', '--no-install-recommends', ...lock, ...wanted], options);
  });
}
