import { config, finish } from './sample.js';

/** Where the server is, and how much is to be sent. */
export interface TrafficConfig {
  /** `echo`: a real server, each message comes back. `sink`: a server that only swallows. */
  readonly mode: 'echo' | 'sink';
  readonly domain: string;
  readonly port: number;
  readonly httpsPort?: number;
  readonly jid?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly count: number;
}

/** A session of one of the libraries. */
export interface Session {
  /** Sends a chat message; resolves once it was written. */
  send(to: string, body: string): unknown;
  readonly address: string;
}

// Messages on their way at once, to the server and back.
const WINDOW = 200;
// As many are sent before their being written is waited for.
const BATCH = 128;

/** What ends the count of the sink; it answers with the same. */
export const END = 'THE-END';

const BODY = 'Neither, fair saint, if either thee dislike.';

/** What a library hands over of each message that comes in. */
export type Received = (from: string | undefined, body: string | undefined) => void;

class Traffic {
  #session: Session | undefined;
  #received = 0;
  #arrived: (() => void) | undefined;

  readonly received: Received = (from, body) => {
    if (from === undefined || body === undefined) return;
    this.#received += 1;
    this.#arrived?.();
  };

  set session(session: Session) {
    this.#session = session;
  }

  /** Sends that many messages to itself, and waits for all of them. */
  echo(count: number): Promise<void> {
    const session = this.#session as Session;
    const start = this.#received;
    let sent = 0;
    return new Promise((resolve) => {
      this.#arrived = () => {
        const back = this.#received - start;
        if (back >= count) {
          resolve();
          return;
        }
        for (; sent < count && sent - back < WINDOW; sent++) void session.send(session.address, `${BODY} ${sent}`);
      };
      this.#arrived();
    });
  }

  /** Sends that many as fast as they are written, and waits until the sink has seen the last one. */
  async sink(count: number): Promise<void> {
    const session = this.#session as Session;
    const end = new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
    for (let i = 1; i < count; i++) {
      const sending = session.send('sink@localhost', `${BODY} ${i}`);
      if (i % BATCH === 0) await sending;
    }
    await session.send('sink@localhost', END);
    await end;
  }
}

/** Measures messages through a real socket for one library, prints the sample and ends the process. */
export async function measureTraffic(
  connect: (config: TrafficConfig, received: Received) => Promise<Session>,
): Promise<void> {
  const options = config<TrafficConfig>();
  const traffic = new Traffic();
  traffic.session = await connect(options, traffic.received);
  const { count, mode } = options;
  await traffic[mode](Math.ceil(count / 10));
  const cpu = process.cpuUsage();
  const start = performance.now();
  await traffic[mode](count);
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  finish({ cpu: (user + system) / count, rate: count / seconds });
}
