import { requirePeer } from './peers.js';
import { type Script, ScriptedServer } from './scripted-server.js';

/** As much of stanza as is used here. */
export interface StanzaClient {
  on(name: string, handler: (data: never) => void): void;
  connect(): void;
  disconnect(): void;
  getRoster(): Promise<{ items: { jid: string; name?: string; groups?: string[]; subscription?: string }[] }>;
  sendMessage(data: object): string;
  joinRoom(room: string, nick: string): Promise<unknown>;
  searchHistory(options: object): Promise<{ results: readonly { item: { message?: { body?: string } } }[] }>;
}

export interface StanzaModule {
  createClient(options: object): StanzaClient;
}

let script: Script | undefined;

/** What `ws` is to stanza, without a network. */
export class ScriptedSocket {
  static last: ScriptedSocket | undefined;
  readyState = 1;
  onopen: (() => void) | undefined;
  onmessage: ((event: { data: string }) => void) | undefined;
  onclose: (() => void) | undefined;
  readonly #server = new ScriptedServer('websocket', script);

  constructor() {
    ScriptedSocket.last = this;
    setImmediate(() => this.onopen?.());
  }

  send(text: string): void {
    const said = this.#server.receive(text);
    setImmediate(() => {
      for (const data of said) this.onmessage?.({ data });
    });
  }

  close(): void {
    setImmediate(() => this.onclose?.());
  }
}

/** stanza, with `ws` replaced. */
export function loadStanza(): StanzaModule {
  const path = requirePeer.resolve('ws');
  requirePeer(path);
  const loaded = requirePeer.cache[path];
  if (loaded) loaded.exports = ScriptedSocket;
  return requirePeer('stanza') as StanzaModule;
}

/**
 * A client with a session, as an application makes it, but for the socket.
 */
export async function scriptedStanza(
  { createClient }: StanzaModule,
  given?: Script,
  options: object = {},
): Promise<StanzaClient> {
  script = given;
  const client = createClient({
    jid: 'juliet@capulet.example',
    resource: 'balcony',
    password: 'R0m30',
    ...options,
    transports: { websocket: 'wss://capulet.example/xmpp-websocket', bosh: false },
  });
  const started = new Promise<void>((resolve, reject) => {
    client.on('session:started', () => resolve());
    client.on('auth:failed', () => reject(new Error('stanza could not log in')));
  });
  client.connect();
  await started;
  return client;
}
