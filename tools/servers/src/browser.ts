import { createHash, X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { type Browser, chromium } from 'playwright-core';
import { ensureInstalled } from './install.js';
import type { RunningServer } from './types.js';

export { Site } from './static-site.js';

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Debian's Chromium. It trusts the certificate of that server, where there is one, and otherwise what it trusts by itself. */
export async function startBrowser(server?: RunningServer): Promise<Browser> {
  await ensureInstalled(['chromium']);
  const trusted = server ? [`--ignore-certificate-errors-spki-list=${await keyOf(server)}`] : [];
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: [...ARGS, ...trusted] });
}

/** The SHA-256 of the public key that the server shows at its wss port. */
function keyOf({ host, ports, ca, domain }: RunningServer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: ports.https, ca, servername: domain }, () => {
      const { publicKey } = new X509Certificate(socket.getPeerCertificate().raw);
      socket.destroy();
      resolve(
        createHash('sha256')
          .update(publicKey.export({ type: 'spki', format: 'der' }))
          .digest('base64'),
      );
    });
    socket.once('error', reject);
  });
}
