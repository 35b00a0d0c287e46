import { measureIdle } from './lib/idle.js';
import { loadStanza, scriptedStanza } from './lib/stanza.js';

const stanza = loadStanza();

await measureIdle(() =>
  scriptedStanza(stanza, { mechanism: 'ANONYMOUS' }, { jid: '', server: 'capulet.example', password: undefined }),
);
