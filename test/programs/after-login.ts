// Which parts of a login are still there once the session stands, for test/processes/memory.test.ts: how many objects of each class.
import { getHeapSnapshot } from 'node:v8';
import { ClientXMPP } from '@sestina/client';
import { SilentLogger } from '@sestina/core';
import { MemoryServer } from '@sestina/testing';
import { held } from '../support/bare-server.js';

/** What a login is made of: the classes of core, client and sasl whose work is done with it. */
const PARTS = ['Attempts', 'Attempt', 'StepContext', 'ScramMechanism', 'ScramExchange'];
/** What stays: a session with its connection. */
const WHOLE = ['ClientXMPP', 'Link', 'PendingRequests'];

interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: string[]; readonly node_types: [string[]] } };
  readonly nodes: number[];
  readonly strings: string[];
}

/** How many objects of each of those classes are alive. */
async function alive(classes: readonly string[]): Promise<Record<string, number>> {
  let text = '';
  for await (const chunk of getHeapSnapshot()) text += String(chunk);
  const { snapshot, nodes, strings } = JSON.parse(text) as Snapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const object = types[0].indexOf('object');
  const counts = Object.fromEntries(classes.map((name) => [name, 0]));
  for (let at = 0; at < nodes.length; at += fields.length) {
    const name = strings[nodes[at + 1] as number] as string;
    if (nodes[at] === object && Object.hasOwn(counts, name)) counts[name] = (counts[name] as number) + 1;
  }
  return counts;
}

const server = new MemoryServer({ users: { alice: 'secret' } });
const sessions: ClientXMPP[] = [];
for (let i = 0; i < 3; i++) {
  const xmpp = new ClientXMPP({
    jid: `alice@localhost/${i}`,
    password: 'secret',
    transports: server.transports,
    logger: new SilentLogger(),
  });
  await xmpp.connect();
  sessions.push(xmpp);
}
await held();
const [parts, whole] = [await alive(PARTS), await alive(WHOLE)];
console.log(JSON.stringify({ parts, whole, online: sessions.filter(({ online }) => online).length }));
process.exit(0);
