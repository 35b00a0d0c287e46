import { requirePeer } from './peers.js';
import { ScriptedServer } from './scripted-server.js';

/** As much of stanza as is used here. */
export interface StanzaClient {
  on(name: string, handler: (data: never) => void): void;
  connect(): void;
  getRoster(): Promise<{ items: { jid: string; name?: string; groups?: string[]; subscription?: string }[] }>;
  sendMessage(data: object): string;
}

export interface StanzaModule {
  createClient(options: object): StanzaClient;
}

let answers: ReadonlyMap<string, string> | undefined;

/** What `ws` is to stanza, without a network. */
export class ScriptedSocket {
  static last: ScriptedSocket | undefined;
  readyState = 1;
  onopen: (() => void) | undefined;
  onmessage: ((event: { data: string }) => void) | undefined;
  onclose: (() => void) | undefined;
  readonly #server = new ScriptedServer('websocket', answers);

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

/** stanza, with `ws` replaced. @param given What the server answers with, by namespace. */
export function loadStanza(given?: ReadonlyMap<string, string>): StanzaModule {
  answers = given;
  const path = requirePeer.resolve('ws');
  requirePeer(path);
  const loaded = requirePeer.cache[path];
  if (loaded) loaded.exports = ScriptedSocket;
  return requirePeer('stanza') as StanzaModule;
}

/** A client with a session, as an application makes it, but for the socket. */
export async function scriptedStanza({ createClient }: StanzaModule): Promise<StanzaClient> {
  const client = createClient({
    jid: 'juliet@capulet.example',
    resource: 'balcony',
    password: 'R0m30',
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
