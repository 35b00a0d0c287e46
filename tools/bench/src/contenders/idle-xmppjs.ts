import { measureIdle } from './lib/idle.js';
import { scriptedXmppJs } from './lib/xmppjs.js';

await measureIdle(async () => {
  const xmpp = await scriptedXmppJs();
  await xmpp.start();
  return xmpp;
});
