import { measureIdle } from './lib/idle.js';
import { scriptedClient } from './lib/sestina.js';

await measureIdle(async () => {
  const who = { jid: 'capulet.example', anonymous: true, password: undefined };
  const { xmpp } = scriptedClient({ mechanism: 'ANONYMOUS' }, who);
  await xmpp.connect();
  return xmpp;
});
