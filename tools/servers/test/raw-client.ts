import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { CertificatePair, RunningServer } from '../src/index.js';

const TIMEOUT = 10_000;

export interface RawOptions {
  /** Default: the main host. */
  domain?: string;
  /** Default `starttls`. */
  security?: 'none' | 'starttls' | 'direct';
  tls?: ConnectionOptions;
  certificate?: CertificatePair;
}

const hashes: Record<string, string> = { 'SCRAM-SHA-1': 'sha1', 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' };

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}

/** A client of strings and regular expressions, so that a test of the servers trusts no code of the packages. */
export class RawClient {
  #socket: Socket;
  #received = '';
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(
    socket: Socket,
    readonly domain: string,
  ) {
    this.#socket = socket;
    this.#listen(socket);
  }

  /** Opens a connection up to the features of an encrypted stream. */
  static async open(server: RunningServer, options: RawOptions = {}): Promise<RawClient> {
    const { domain = server.domain, security = 'starttls', tls = {}, certificate } = options;
    const secure: ConnectionOptions = { servername: domain, ca: server.ca, ...certificate, ...tls };
    const direct = security === 'direct';
    const socket = connect({ host: server.host, port: direct ? server.ports.c2sTls : server.ports.c2s });
    const client = new RawClient(socket, domain);
    try {
      if (direct) await client.encrypt(secure);
      await client.restart();
      if (security === 'starttls') {
        client.send('<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>');
        await client.expect(/<proceed[^>]*>/);
        await client.encrypt(secure);
        await client.restart();
      }
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  get tls(): TLSSocket {
    return this.#socket as TLSSocket;
  }

  /** The last features. */
  features = '';

  get mechanisms(): string[] {
    return [...this.features.matchAll(/<mechanism>([^<]+)</g)].map(([, name = '']) => name).sort();
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  /** Waits until something matches, and takes everything up to its end. */
  async expect(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + TIMEOUT;
    for (;;) {
      const match = pattern.exec(this.#received);
      if (match !== null) {
        this.#received = this.#received.slice(match.index + match[0].length);
        return match;
      }
      const left = deadline - Date.now();
      if (this.#ended || left <= 0) throw new Error(`no ${pattern} in ${JSON.stringify(this.#received)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async restart(): Promise<void> {
    this.send(
      `<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" version="1.0" to="${this.domain}">`,
    );
    this.features = (await this.expect(/<stream:features\s*\/>|<stream:features.*?<\/stream:features>/s))[0];
  }

  async authenticate(mechanism: string, initial: string): Promise<void> {
    this.send(
      `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="${mechanism}">${Buffer.from(initial).toString('base64') || '='}</auth>`,
    );
    const [, outcome] = await this.expect(/<(success|failure)[^>]*?(?:\/>|>.*?<\/\1>)/s);
    if (outcome === 'failure') throw new Error(`${mechanism} failed`);
    await this.restart();
  }

  async plain(username: string, password: string): Promise<void> {
    await this.authenticate('PLAIN', `\0${username}\0${password}`);
  }

  /** SCRAM; with `exporter` the -PLUS variant over `tls-exporter`. */
  async scram(name: string, username: string, password: string, exporter = false): Promise<void> {
    const hash = hashes[name] ?? '';
    const flag = exporter ? 'p=tls-exporter,,' : 'n,,';
    const binding = exporter
      ? this.tls.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
      : Buffer.alloc(0);
    const bare = `n=${username},r=${randomBytes(12).toString('hex')}`;
    const start = Buffer.from(flag + bare).toString('base64');
    this.send(
      `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="${name}${exporter ? '-PLUS' : ''}">${start}</auth>`,
    );
    const [, challenge = ''] = await this.expect(/<challenge[^>]*>([^<]*)<\/challenge>|<failure/);
    const first = Buffer.from(challenge, 'base64').toString();
    const [, nonce = '', salt = '', rounds = ''] = /^r=([^,]*),s=([^,]*),i=(\d+)/.exec(first) ?? [];
    const final = `c=${Buffer.concat([Buffer.from(flag), binding]).toString('base64')},r=${nonce}`;
    const salted = pbkdf2Sync(
      password,
      Buffer.from(salt, 'base64'),
      Number(rounds),
      createHmac(hash, '').digest().length,
      hash,
    );
    const mac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest();
    const clientKey = mac(salted, 'Client Key');
    const storedKey = createHash(hash).update(clientKey).digest();
    const message = `${bare},${first},${final}`;
    const proof = xor(clientKey, mac(storedKey, message)).toString('base64');
    const response = Buffer.from(`${final},p=${proof}`).toString('base64');
    this.send(`<response xmlns="urn:ietf:params:xml:ns:xmpp-sasl">${response}</response>`);
    const [, success = ''] = await this.expect(/<success[^>]*>([^<]*)<\/success>/);
    const expected = `v=${mac(mac(salted, 'Server Key'), message).toString('base64')}`;
    if (Buffer.from(success, 'base64').toString() !== expected) throw new Error('wrong server signature');
    await this.restart();
  }

  /** Binds a resource and returns the full JID. */
  async bind(): Promise<string> {
    this.send('<iq type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>');
    const [, jid = ''] = await this.expect(/<jid>([^<]+)<\/jid>.*?<\/iq>/s);
    return jid;
  }

  /** Resolves once the other side has closed the connection. */
  async closed(): Promise<void> {
    await this.expect(/^\0/).catch((error: unknown) => {
      if (!this.#ended) throw error;
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  async encrypt(options: ConnectionOptions): Promise<void> {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    const secure = connectTls({ ...options, socket: plain });
    this.#received = '';
    this.#socket = secure;
    this.#listen(secure);
    await new Promise((resolve, reject) => {
      secure.once('secureConnect', resolve);
      secure.once('error', reject);
    });
  }

  #listen(socket: Socket): void {
    socket.on('data', (data: Buffer) => {
      this.#received += data.toString();
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }
}
