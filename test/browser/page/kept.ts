// A page whose session outlives it: it notes in IndexedDB what it has heard, and goes on when it is loaded again.
import { ClientXMPP } from '@sestina/client';
import { IndexedDbBlobStore, IndexedDbSecrets, IndexedDbStorage } from '@sestina/storage/indexeddb';
import { WebSocketTransportFactory } from '@sestina/websocket';
import { StreamManagement } from '@sestina/xep-0198';

const notes = new IndexedDbStorage('notes');

/** What has happened in this page. */
const events: string[] = [];
const warnings: string[] = [];

async function start(options: {
  readonly jid: string;
  readonly password: string;
  readonly service: string;
}): Promise<void> {
  const logger = { debug: () => {}, info: () => {}, warn: (text: string) => warnings.push(text), error: () => {} };
  const client = new ClientXMPP({
    ...options,
    logger: logger as never,
    transports: new WebSocketTransportFactory(),
    storage: new IndexedDbStorage('sessions'),
    secrets: new IndexedDbSecrets('sessions'),
  });
  client.use(StreamManagement, { persist: true, ackEvery: 2, ackAfter: 20 });
  client.onMessage(({ body = '' }) => notes.set(body, 'heard'));
  client.on('smUnknown', () => events.push('smUnknown'));
  for (const name of ['sessionStart', 'sessionRestored'] as const) client.on(name, () => events.push(name));
  globalThis.kept = { client, events, warnings, heard: () => notes.keys('') };
  await client.connect();
}

declare global {
  var startKept: typeof start;
  /** Bytes that the page keeps: 10,000 at most. */
  var blobs: IndexedDbBlobStore;
  var kept: {
    readonly client: ClientXMPP;
    readonly events: readonly string[];
    readonly warnings: readonly string[];
    heard(): Promise<string[]>;
  };
}

globalThis.blobs = new IndexedDbBlobStore('blobs', { maxBytes: 10_000 });
globalThis.startKept = start;
