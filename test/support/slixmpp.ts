import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { RunningServer, ServerUser } from '@sestina/servers';

// Debian's interpreter, which has Debian's modules, and not another one in the PATH.
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('../peers/slixmpp_peer.py', import.meta.url));
const PATIENCE = 20_000;

/** Something that the peer tells by itself. */
export interface PeerEvent {
  readonly event: string;
  readonly [name: string]: unknown;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** A client made with slixmpp, in a process of its own. */
export class SlixmppPeer implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #events: PeerEvent[] = [];
  readonly #looking = new Set<() => void>();
  readonly #asked = new Map<number, (answer: Answer) => void>();
  #errors = '';
  #last = 0;
  jid = '';

  private constructor(process: ChildProcessWithoutNullStreams) {
    this.#process = process;
    process.stderr.on('data', (chunk: Buffer) => {
      this.#errors += chunk;
    });
    process.stdin.on('error', () => {});
    createInterface(process.stdout).on('line', (line) => this.#heard(JSON.parse(line)));
  }

  /** Starts one and waits for its session. */
  static async login(server: RunningServer, { jid, password }: ServerUser): Promise<SlixmppPeer> {
    const settings = { jid, password, host: server.host, port: server.ports.c2s, ca: server.caFile };
    const env = { ...process.env, PEER: JSON.stringify(settings), PYTHONDONTWRITEBYTECODE: '1' };
    const peer = new SlixmppPeer(spawn(PYTHON, [SCRIPT], { env }));
    try {
      peer.jid = String((await peer.event('online'))['jid']);
    } catch (error) {
      await peer[Symbol.asyncDispose]();
      throw error;
    }
    return peer;
  }

  /** Has it do something, and resolves with the result; rejects with the condition of the error that it got. */
  do<T = unknown>(what: string, options: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const id = ++this.#last;
    const command = { ...options, id, do: what };
    return this.#within(`answer to ${what}`, (resolve, reject) => {
      this.#asked.set(id, ({ result, error }) =>
        error === undefined ? resolve(result as T) : reject(new Error(error)),
      );
      this.#process.stdin.write(`${JSON.stringify(command)}\n`);
    });
  }

  /** The next such event that nobody has taken. */
  event(name: string, fits: (event: PeerEvent) => boolean = () => true): Promise<PeerEvent> {
    let look = (): void => {};
    return this.#within<PeerEvent>(`event ${name}`, (resolve) => {
      look = () => {
        const index = this.#events.findIndex((event) => event.event === name && fits(event));
        const [found] = index < 0 ? [] : this.#events.splice(index, 1);
        if (!found) return;
        this.#looking.delete(look);
        resolve(found);
      };
      this.#looking.add(look);
      look();
    }).finally(() => this.#looking.delete(look));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.stdin.end();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 5_000);
    await exit;
    clearTimeout(timer);
  }

  #heard(message: Answer | PeerEvent): void {
    if ('event' in message) {
      this.#events.push(message);
      for (const look of [...this.#looking]) look();
    } else {
      this.#asked.get(message.id)?.(message);
      this.#asked.delete(message.id);
    }
  }

  #within<T>(what: string, start: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`slixmpp: ${what}: ${why}\n${this.#errors}`));
      const timer = setTimeout(() => fail('not within its time'), PATIENCE);
      const ended = (): void => fail('it has ended');
      this.#process.once('exit', ended);
      const done = (): void => {
        clearTimeout(timer);
        this.#process.off('exit', ended);
      };
      start(
        (value) => {
          done();
          resolve(value);
        },
        (error) => {
          done();
          reject(error);
        },
      );
    });
  }
}
