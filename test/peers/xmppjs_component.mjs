// A component made with @xmpp/component: echoes messages and answers pings. Ends with its standard input.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { resolve } = createRequire(new URL('../../tools/bench/peers/package.json', import.meta.url));
const { component, xml } = await import(pathToFileURL(resolve('@xmpp/component')).href);

const { host, port, domain, secret } = JSON.parse(process.env.PEER ?? '{}');
const xmpp = component({ service: `xmpp://${host}:${port}`, domain, password: secret });
xmpp.on('error', (/** @type {Error} */ error) => {
  console.error(error);
  process.exit(1);
});
xmpp.on('stanza', (/** @type {any} */ stanza) => {
  const body = stanza.is('message') ? stanza.getChildText('body') : undefined;
  const { from, to, type } = stanza.attrs;
  if (body) xmpp.send(xml('message', { from: to, to: from, type }, xml('body', {}, body)));
});
xmpp.iqCallee.get('urn:xmpp:ping', 'ping', () => true);
await xmpp.start();
console.log('online');
process.stdin.resume().on('end', () => process.exit(0));
