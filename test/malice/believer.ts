import { type ClientOptions, ClientXMPP } from '@sestina/client';
import { ComponentXMPP } from '@sestina/component';
import { type BaseXMPP, type Message, type Sending, SilentLogger } from '@sestina/core';
import { type Lie, LyingServer, VirtualClock } from '@sestina/testing';
import { webSocketFraming } from '@sestina/websocket';
import { StreamManagement } from '@sestina/xep-0198';

export const PASSWORD = 'pencil-und-papier';

/** Who is lied to, and how: by a stream of RFC 6120 where nothing else is said. */
export type Believer = 'a client' | 'a client of a WebSocket' | 'a client whose stanzas are counted' | 'a component';

/** How what the server says is cut into what is read at once. */
export type Cut = (text: string) => readonly string[];

/** What came of a lie. */
export interface Outcome {
  readonly xmpp: BaseXMPP;
  /** What `connect()` rejected with; undefined where there was a session; null where it still waits. */
  readonly refused: Error | null | undefined;
  /** With what each session ended. */
  readonly ended: readonly Error[];
  /** What was written since. */
  readonly since: string;
  /** The events of sessions, by name. */
  readonly told: readonly string[];
  readonly messages: readonly Message[];
  /** What was sent where stanzas are counted. */
  readonly sendings: readonly Sending[];
  readonly connections: number;
}

const EVENTS = ['authSuccess', 'sessionBind', 'sessionStart', 'sessionResumed', 'sessionEnd', 'error'] as const;

/** Whoever believes a server, and writes down what that comes to. */
class Witness {
  readonly clock = new VirtualClock();
  readonly told: string[] = [];
  readonly messages: Message[] = [];
  readonly ended: Error[] = [];
  readonly sendings: Sending[] = [];
  refused: Error | null | undefined = null;

  connect(xmpp: BaseXMPP): void {
    for (const name of EVENTS) xmpp.on(name, () => this.told.push(name));
    xmpp.on('message', (message) => this.messages.push(message));
    xmpp.on('disconnected', ({ reason }) => this.ended.push(reason));
    xmpp.connect().then(
      () => {
        this.refused = undefined;
      },
      (error: Error) => {
        this.refused = error;
      },
    );
  }
}

/** Goes as far as the step, is lied to, and waits for what comes of it: so many milliseconds, where it is not enough to be heard. */
export async function believe(
  who: Believer,
  lie: Lie,
  {
    cut,
    patience = 2_000,
    options,
  }: { cut?: Cut; patience?: number | undefined; options?: Partial<ClientOptions> | undefined },
  look: (outcome: Outcome) => void,
): Promise<void> {
  const witness = new Witness();
  const { clock } = witness;
  const kind = who === 'a component' ? 'component' : 'client';
  const framing = who === 'a client of a WebSocket' ? webSocketFraming : undefined;
  using server = new LyingServer({ at: lie.at, kind, framing, clock });
  const { transports } = server;
  const shared = { transports, clock, logger: new SilentLogger(), keepAlive: false, reconnect: false } as const;
  const xmpp =
    kind === 'component'
      ? new ComponentXMPP({ jid: 'bot.example.org', secret: PASSWORD, ...shared })
      : new ClientXMPP({ jid: 'alice@example.org/phone', password: PASSWORD, ...shared, ...options });
  if (who === 'a client whose stanzas are counted') {
    xmpp.use(StreamManagement);
    xmpp.on('sessionStart', () => {
      for (const body of ['one', 'two', 'three'])
        witness.sendings.push(xmpp.sendMessage({ to: 'bob@example.org', body }));
    });
  }
  witness.connect(xmpp);
  const voice = await server.reach();
  await settle(clock, () => lie.at !== 'managed' || witness.sendings.every(({ state }) => state === 'written'));
  const before = server.since.length;
  server.say(lie.says(voice), cut);
  const over = (): boolean => witness.refused !== null || server.closed;
  await settle(clock, over, 50);
  await clock.advance(patience);
  await settle(clock, over);
  const since = server.since.slice(before);
  const { refused, ended, told, messages, sendings } = witness;
  look({
    xmpp,
    refused,
    ended: [...ended],
    since,
    told: [...told],
    messages,
    sendings,
    connections: server.connections,
  });
  const disposed = xmpp.dispose();
  await clock.runUntilIdle();
  server[Symbol.dispose]();
  await disposed;
}

/** Hashing takes its time outside of the clock. */
async function settle(clock: VirtualClock, done: () => boolean, most = 10_000): Promise<void> {
  await clock.runUntilIdle();
  for (let turns = 0; turns < most && !done(); turns++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await clock.runUntilIdle();
  }
}
