import { measureIdle } from './lib/idle.js';
import { scriptedClient } from './lib/sestina.js';

await measureIdle(async () => {
  const { xmpp } = scriptedClient();
  await xmpp.connect();
  return xmpp;
});
