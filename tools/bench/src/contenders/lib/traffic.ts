import { cpuOf } from './cpu.js';
import { config, cpuTime, type Figures, finish, type Repeats, takeTurns } from './sample.js';

/** Where the server is, and how much is to be sent. */
export interface TrafficConfig extends Repeats {
  /** `echo`: a real server, each message comes back. `sink`: a server that only swallows. */
  readonly mode: 'echo' | 'sink';
  readonly domain: string;
  readonly port: number;
  /** The process of the server. */
  readonly pid?: number;
  readonly tlsPort?: number;
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

/** What ends the count of the sink; it answers with the same and the number of messages that it has seen. */
export const END = 'THE-END';

/** What stands in each message, before its number. */
export const BODY = 'Neither, fair saint, if either thee dislike.';

/** What a library hands over of each message that comes in. */
export type Received = (from: string | undefined, body: string | undefined) => void;

/** Sends messages, and knows which have come back. */
export class Traffic {
  #session: Session | undefined;
  /** By number, those of this run that came back from our own address. */
  #seen = new Uint8Array();
  /** How many different ones that are; with a sink, what it has counted. */
  #received = 0;
  #arrived: (() => void) | undefined;

  readonly received: Received = (from, body) => {
    if (body === undefined) return;
    if (body.startsWith(BODY)) {
      const number = Number(body.slice(BODY.length + 1));
      if (from !== this.#session?.address || this.#seen[number] !== 0) return;
      this.#seen[number] = 1;
      this.#received += 1;
    } else if (body.startsWith(END)) this.#received = Number(body.slice(END.length + 1));
    else return;
    this.#arrived?.();
  };

  set session(session: Session) {
    this.#session = session;
  }

  /** Sends that many messages to itself, and waits for all of them. @returns How many came back. */
  async echo(count: number): Promise<number> {
    const session = this.#session as Session;
    this.#seen = new Uint8Array(count);
    this.#received = 0;
    let sent = 0;
    await new Promise<void>((resolve) => {
      this.#arrived = () => {
        const back = this.#received;
        if (back >= count) {
          resolve();
          return;
        }
        for (; sent < count && sent - back < WINDOW; sent++) void session.send(session.address, `${BODY} ${sent}`);
      };
      this.#arrived();
    });
    return this.#received;
  }

  /** Sends that many as fast as they are written, and waits until the sink has seen the last one. @returns How many it saw. */
  async sink(count: number): Promise<number> {
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
    return this.#received;
  }
}

/** Measures messages through a real socket for one library, prints the sample and ends the process. */
export async function measureTraffic(
  connect: (config: TrafficConfig, received: Received) => Promise<Session>,
): Promise<void> {
  const options = config<TrafficConfig>();
  const traffic = new Traffic();
  traffic.session = await connect(options, traffic.received);
  const { count, mode, pid, warmup } = options;
  let messages = 0;
  const run = async (): Promise<Figures> => {
    const server = cpuOf(pid);
    const cpu = cpuTime();
    const start = performance.now();
    messages = await traffic[mode](count);
    const seconds = (performance.now() - start) / 1_000;
    const own = cpuTime() - cpu;
    const used = cpuOf(pid);
    const shares = {
      share: own / 10 / seconds,
      ...(used !== undefined && server !== undefined && { server: ((used - server) * 100) / seconds }),
    };
    return { cpu: (own * 1_000) / count, rate: count / seconds, ...shares };
  };
  for (let done = 0; done < warmup; done++) await run();
  await takeTurns(run);
  finish({}, messages);
}
