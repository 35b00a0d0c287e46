// @ts-check
// Servers that must not be believed, and what connecting to them has to come to: node refusals.mjs '[{…}, …]'
import { ClientXMPP } from '@sestina/client';

/**
 * @typedef {object} Case
 * @property {string} what
 * @property {string} service
 * @property {string} jid
 * @property {string} [ca] Whom to trust, PEM.
 */

/** @type {readonly Case[]} */
const cases = JSON.parse(process.argv[2] ?? '[]');
if (cases.length === 0) throw new Error('no cases');
for (const { what, service, jid, ca } of cases) {
  const tls = ca === undefined ? {} : { ca };
  const client = new ClientXMPP({ jid, password: 'secret', service, tls });
  const error = await client.connect().then(
    () => undefined,
    (/** @type {Error & { reason?: string }} */ error) => error,
  );
  // Which reason it is, not every platform can tell.
  const refused = error?.name === 'TlsError' && error.reason?.startsWith('certificate-');
  if (!refused) throw new Error(`${what}: ${error ?? 'it was believed'}`, { cause: error });
  await client.dispose();
}
console.log(`refused ${cases.length}`);
