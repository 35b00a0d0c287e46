import { readFileSync } from 'node:fs';
import { Iq, Message, Presence } from '@sestina/core';
import { Callback, MatchPayload } from '@sestina/core/handlers';
import { CallCounter } from './lib/calls.js';
import { loadPlugins } from './lib/plugins.js';
import { config, finish, turn, until } from './lib/sample.js';
import { scriptedClient } from './lib/sestina.js';

interface UnreadConfig {
  readonly corpus: string;
  readonly kind: 'message' | 'presence' | 'iq';
  readonly plugins: readonly string[];
}

const ROOTS = { message: Message, presence: Presence, iq: Iq };

/** What reads a property of a stanza object, what decodes a value for it, and what every stanza object comes from. */
const COUNTED = [
  { file: 'core/src/stanza/element.ts', name: 'getter' },
  { file: 'core/src/stanza/field.ts', name: 'get' },
  { file: 'core/src/stanza/element.ts', name: 'ElementView' },
];

const { corpus, kind, plugins } = config<UnreadConfig>();
const { stanzas } = JSON.parse(readFileSync(corpus, 'utf8')) as { stanzas: string[] };
const chunks = stanzas.filter((text) => text.startsWith(`<${kind}`)).map((text) => Buffer.from(text));

const { xmpp, transport } = scriptedClient();
for (const cls of await loadPlugins(plugins)) xmpp.use(cls);
const calls = new CallCounter();
let handled = 0;

function handle(what: string, handler: (stanza: Message) => void): void {
  xmpp.registerHandler(new Callback(what, new MatchPayload(ROOTS[kind] as typeof Message), handler));
}

/** Calls of each function for one stanza. */
async function feed(): Promise<number[]> {
  const goal = handled + chunks.length;
  await calls.take(COUNTED);
  for (const chunk of chunks) {
    transport.deliver(chunk);
    if (transport.paused) await until(() => !transport.paused, 'reading goes on');
  }
  await until(() => handled >= goal, `${goal} stanzas are handled`);
  // What plugins do later.
  await turn();
  return (await calls.take(COUNTED)).map((count) => count / chunks.length);
}

handle('counts and reads nothing', () => {
  handled += 1;
});
await xmpp.connect();
await calls.start();
// What is known of it by then is not looked at again.
await feed();
handled = 0;
const [fields = 0, decoded = 0, views = 0] = await feed();
const count = handled;
// The same with something that is read has to show, or these are not the functions that do it.
handle('reads', (stanza) => void stanza.type);
const control = await feed();
finish({ fields, decoded, views: views - 1 }, { count, views, control: [control[0]! - fields, control[1]! - decoded] });
