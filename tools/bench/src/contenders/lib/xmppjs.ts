import { EventEmitter } from 'node:events';
import { cut } from './chunks.js';
import { importPeer } from './peers.js';
import { type Script, ScriptedServer } from './scripted-server.js';

export interface XmlElement {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string | undefined>>;
  getChild(name: string, namespace?: string): XmlElement | undefined;
  getChildren(name: string): XmlElement[];
  getChildText(name: string): string | null;
  getText(): string;
}

interface Connection {
  Socket: unknown;
}

type Transport = new () => Connection;

/** As much of xmpp.js as is used here. */
export interface XmppClient {
  readonly transports: Transport[];
  readonly socket: ScriptedSocket;
  readonly iqCaller: { request(stanza: object, timeout?: number): Promise<XmlElement> };
  on(name: 'stanza', handler: (stanza: XmlElement) => void): void;
  on(name: 'error', handler: (error: Error) => void): void;
  start(): Promise<unknown>;
  stop(): Promise<unknown>;
  send(stanza: object): Promise<void>;
}

export interface XmppModule {
  client(options: object): XmppClient;
  xml(name: string, attributes?: Record<string, string>, ...children: (object | string)[]): object;
}

/** What `net.Socket` is to xmpp.js, without a network. */
export class ScriptedSocket extends EventEmitter {
  readonly secure = true;
  script: Script | undefined;
  #server: ScriptedServer | undefined;

  connect(): this {
    setImmediate(() => this.emit('connect'));
    return this;
  }

  write(text: string, done?: (error?: Error) => void): boolean {
    this.#server ??= new ScriptedServer('tcp', this.script);
    const answers = this.#server.receive(text);
    setImmediate(() => {
      done?.();
      // What it waits for then, it waits for only when this is done.
      if (answers.length > 0) setImmediate(() => this.#answer(answers));
    });
    return true;
  }

  #answer(answers: readonly string[]): void {
    for (const answer of answers) for (const chunk of cut(answer)) this.emit('data', chunk);
  }

  end(): void {
    setImmediate(() => this.emit('close', false));
  }
}

/** A client as an application makes it, but for the socket. */
export async function scriptedXmppJs(script?: Script, options: object = {}): Promise<XmppClient> {
  const { client } = await importPeer<XmppModule>('@xmpp/client');
  const xmpp = client({
    service: 'xmpp://capulet.example',
    domain: 'capulet.example',
    resource: 'balcony',
    username: 'juliet',
    password: 'R0m30',
    ...options,
  });
  class Socket extends ScriptedSocket {
    override script = script;
  }
  const tcp = xmpp.transports.find(({ name }) => name === 'ConnectionTCP');
  if (!tcp) throw new Error('xmpp.js has no transport ConnectionTCP any more');
  class Scripted extends tcp {}
  (Scripted.prototype as Connection).Socket = script ? Socket : ScriptedSocket;
  xmpp.transports.unshift(Scripted);
  xmpp.on('error', (error) => {
    throw error;
  });
  return xmpp;
}
