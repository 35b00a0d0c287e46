import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, type RunningServer } from '@sestina/servers';
import { Child } from './child.js';

const NPM_PEERS = fileURLToPath(new URL('../../tools/bench/peers/', import.meta.url));
const INSTALL_TIMEOUT = 120_000;

/** The libraries that an echo component was written with for comparison. */
export type ComponentPeer = 'slixmpp' | 'xmpp.js';

/** Installs it where it is not there. */
export async function installComponentPeer(peer: ComponentPeer): Promise<void> {
  if (peer === 'slixmpp') {
    await ensureInstalled(['slixmpp']);
    return;
  }
  if (existsSync(`${NPM_PEERS}node_modules/@xmpp/component`)) return;
  const args = ['ci', '--prefix', NPM_PEERS, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await using npm = new Child('npm', args);
  const { code, stderr } = await npm.end(INSTALL_TIMEOUT);
  if (code !== 0) throw new Error(`npm ci: ${stderr}`);
}

/** Starts an echo component in a process of its own; resolves once it has a session. */
export async function startComponentPeer(
  peer: ComponentPeer,
  { host, component }: RunningServer,
  where: { readonly domain: string; readonly port: number },
): Promise<Child> {
  const settings = { host, secret: component.secret, ...where };
  const env = { ...process.env, PEER: JSON.stringify(settings), PYTHONDONTWRITEBYTECODE: '1' };
  const [command, script] =
    peer === 'slixmpp'
      ? ['/usr/bin/python3', 'test/peers/slixmpp_component.py']
      : [process.execPath, 'test/peers/xmppjs_component.mjs'];
  const child = new Child(command, [script], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  await child.prints(/^online$/m);
  return child;
}
