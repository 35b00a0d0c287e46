import { measureIdle } from './lib/idle.js';
import { scriptedXmppJs } from './lib/xmppjs.js';

await measureIdle(async () => {
  const xmpp = await scriptedXmppJs({ mechanism: 'ANONYMOUS' }, { username: undefined, password: undefined });
  await xmpp.start();
  return xmpp;
});
