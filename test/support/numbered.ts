import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientXMPP } from '@sestina/client';
import type { Logger, Sending } from '@sestina/core';
import type { RunningServer, ServerUser } from '@sestina/servers';
import { DeliveryReceipts } from '@sestina/xep-0184';
import { StreamManagement } from '@sestina/xep-0198';
import { MessageArchive } from '@sestina/xep-0313';
import { Cable } from './cable.js';

/** What goes wrong: the way is cut, the server stands still, is asked to end, or is killed; the last two forget what was resumable. */
export type Trouble = 'cut' | 'frozen' | 'killed' | 'restarted';

export const TROUBLES: readonly Trouble[] = ['cut', 'frozen', 'restarted', 'killed'];

/** Whether the server still knows the sessions afterwards. */
export const keepsSessions = (trouble: Trouble): boolean => trouble === 'cut' || trouble === 'frozen';

/** What became of the numbers that both sent to each other. */
export interface Tally {
  sent: number;
  /** What the senders were told. */
  acked: number;
  failed: number;
  unknown: number;
  /** How often a number was sent once more, since it was unknown or had no receipt. */
  again: number;
  /** Numbers that came more than once. */
  duplicated: number;
  /** Numbers that came by way of the archive alone. */
  archived: number;
  /** Numbers that were acked and had no receipt in the end, before they were sent once more: the server lost them or their receipts. */
  gone: number;
  /** Numbers that never came. */
  lost: number;
  /** Numbers that came after a larger one. */
  outOfOrder: number;
  resumed: number;
  begun: number;
}

export interface NumberedOptions {
  readonly server: RunningServer;
  /** The two who send them, each with an account that nobody has used before. */
  readonly users: readonly [ServerUser, ServerUser];
  readonly trouble: Trouble;
  /** Numbers each way. */
  readonly messages: number;
  /** How often it goes wrong. */
  readonly times: number;
  /** Whether the server has an archive, and is asked for it in each new session. */
  readonly archive: boolean;
  /** Whether each number asks for a receipt, and is sent once more where none came. */
  readonly receipts: boolean;
  /** Milliseconds of silence after which a connection is given up. */
  readonly patience: number;
  readonly logger?: Logger;
}

/** Halts a server as a hung machine would, or lets it go on. */
async function signal(server: RunningServer, name: NodeJS.Signals): Promise<void> {
  process.kill(Number(await readFile(join(server.directory, `${server.kind}.pid`), 'utf8')), name);
}

/** One of the two: what it has sent, and what it has heard. */
class Speaker {
  readonly client: ClientXMPP;
  /** The first of each number, and those that were sent once more. */
  readonly sendings: Sending[] = [];
  readonly resent: Sending[] = [];
  /** Ids of those that a receipt has come for. */
  readonly #received = new Set<string>();
  /** How often each number came, by the stream and by the archive. */
  readonly heard = { stream: new Map<number, number>(), archive: new Set<number>() };
  readonly tally = { resumed: 0, begun: 0, outOfOrder: 0, gone: 0 };
  lastHeardAt = 0;
  /** Connections that were lost. */
  losses = 0;
  #largest = -1;
  #last: string | undefined;
  #caughtUp = false;

  constructor(options: NumberedOptions, user: ServerUser, cable: Cable, peer: string) {
    const { server, patience, logger } = options;
    this.client = new ClientXMPP({
      jid: `${user.jid}/numbered`,
      password: user.password,
      host: '127.0.0.1',
      port: cable.port,
      tls: { ca: server.ca },
      connectTimeout: 2 * patience,
      reconnect: { base: 50, max: 200, slowMax: 500 },
      ...(logger && { logger }),
    });
    this.client.use(StreamManagement, {
      timeout: patience,
      requestAfter: 50,
      // Few at once, so that they are under way for a while.
      maxUnacked: 20,
    });
    const archive = this.client.use(MessageArchive);
    if (options.receipts) {
      this.client.use(DeliveryReceipts, { answer: 'everybody', answerCaughtUp: true });
      this.client.on('receiptReceived', ({ id }) => this.#received.add(id));
    }
    this.client.on('disconnected', () => {
      this.losses += 1;
    });
    this.client.on('connectionFailed', () => {});
    this.client.on('sessionResumed', () => {
      this.tally.resumed += 1;
    });
    this.client.on('sessionStart', async () => {
      this.tally.begun += 1;
      this.#caughtUp = false;
      // First: what comes between a catch-up and the presence behind it would be told by neither.
      this.client.sendPresence();
      // What the server took over and had not passed on when it was killed.
      const since = new Date(Date.now() - 86_400_000);
      const caught = await archive.catchUp({ after: this.#last, since }).catch(() => undefined);
      this.#caughtUp = caught !== undefined || !options.archive;
    });
    this.client.on('smUnknown', ({ sendings }) => {
      for (const unsent of sendings) {
        if (unsent.element.name !== 'message') continue;
        this.resent.push(unsent.resend());
      }
    });
    this.client.onMessage(
      ({ body, context }) => {
        // Not past what is still to be fetched.
        if (this.#caughtUp || context.source === 'archive') this.#last = context.archiveId ?? this.#last;
        if (context.way === 'in' && context.peer.bare.equals(peer)) this.#hear(Number(body), context.source);
      },
      { sources: ['archive', 'stream'] },
    );
  }

  #hear(number: number, source: string): void {
    this.lastHeardAt = performance.now();
    if (source === 'archive') {
      this.heard.archive.add(number);
      return;
    }
    const { stream } = this.heard;
    if (!stream.has(number)) {
      if (number < this.#largest) this.tally.outOfOrder += 1;
      this.#largest = Math.max(this.#largest, number);
    }
    stream.set(number, (stream.get(number) ?? 0) + 1);
  }

  /** Says all numbers, as fast as the connection takes them. */
  async say(to: string, messages: number): Promise<void> {
    for (let number = 0; number < messages; number++) {
      const sending = this.#send(to, number);
      this.sendings.push(sending);
      // How it ends is looked at when all have.
      await Promise.resolve(sending).catch(() => {});
    }
  }

  #send(to: string, number: number): Sending {
    return this.client.sendMessage({ to, type: 'chat', id: `n${number}`, body: String(number) });
  }

  /** Sends once more what no receipt has come for; whether there was such a thing. */
  async repeat(to: string): Promise<boolean> {
    const missing = [...this.sendings.keys()].filter((number) => !this.#received.has(`n${number}`));
    if (this.tally.gone === 0)
      this.tally.gone = missing.filter((number) => this.sendings[number]?.state === 'acked').length;
    for (const number of missing) {
      const sending = this.#send(to, number);
      this.resent.push(sending);
      await Promise.resolve(sending).catch(() => {});
    }
    return missing.length > 0;
  }

  get settled(): boolean {
    const all = [...this.sendings, ...this.resent];
    return this.client.online && this.#caughtUp && all.every(({ state }) => state !== 'queued' && state !== 'written');
  }
}

async function until(what: string, condition: () => boolean, minutes = 20): Promise<void> {
  const end = performance.now() + minutes * 60_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`still not so after ${minutes} minutes: ${what}`);
    await sleep(20);
  }
}

async function strike({ server, trouble, patience }: NumberedOptions, cables: readonly Cable[]): Promise<void> {
  switch (trouble) {
    case 'cut':
      for (const cable of cables) cable.cut();
      break;
    case 'frozen':
      await signal(server, 'SIGSTOP');
      // Long enough for both to give the connection up.
      await sleep(1.5 * patience + 1_000);
      await signal(server, 'SIGCONT');
      break;
    default:
      await server.restart(trouble === 'killed' ? 'KILL' : 'TERM');
  }
}

/** Two clients send each other numbers while everything goes wrong, and what became of each number. */
export async function exchangeNumbers(options: NumberedOptions): Promise<Tally> {
  const { server, users, messages, times } = options;
  const cables = [
    await Cable.to(server.host, server.ports.c2s),
    await Cable.to(server.host, server.ports.c2s),
  ] as const;
  const [a, b] = [
    new Speaker(options, users[0], cables[0], users[1].jid),
    new Speaker(options, users[1], cables[1], users[0].jid),
  ];
  const speakers = [a, b];
  try {
    const ready = speakers.map(({ client }) => Promise.all([client.wait('smEnabled'), client.wait('sessionReady')]));
    await Promise.all(speakers.map(({ client }) => client.connect()));
    await Promise.all(ready);
    const said = Promise.all([a.say(users[1].jid, messages), b.say(users[0].jid, messages)]);
    for (let time = 1; time <= times; time++) {
      const share = Math.floor((messages * time) / (times + 1));
      await until(`${share} were sent`, () => speakers.every(({ sendings }) => sendings.length >= share));
      const losses = speakers.map((speaker) => speaker.losses);
      await strike(options, cables);
      await until('both were lost and are back', () =>
        speakers.every((speaker, at) => speaker.losses > (losses[at] ?? 0) && speaker.client.online),
      );
    }
    await said;
    for (let rounds = 0; rounds < 10; rounds++) {
      await until('all were told of', () => speakers.every(({ settled }) => settled));
      // What is still on its way.
      await until('nothing came for a while', () =>
        speakers.every(({ lastHeardAt }) => performance.now() - lastHeardAt > 1_500),
      );
      if (!options.receipts) break;
      const repeated = await Promise.all([a.repeat(users[1].jid), b.repeat(users[0].jid)]);
      if (!repeated.includes(true)) break;
    }
    return tallied(speakers, messages);
  } finally {
    await Promise.all(speakers.map(({ client }) => client.dispose()));
    for (const cable of cables) await cable[Symbol.asyncDispose]();
  }
}

function tallied(speakers: readonly Speaker[], messages: number): Tally {
  const tally: Tally = {
    ...{
      sent: 0,
      acked: 0,
      failed: 0,
      unknown: 0,
      again: 0,
      duplicated: 0,
      archived: 0,
      gone: 0,
      lost: 0,
      outOfOrder: 0,
    },
    ...{ resumed: 0, begun: 0 },
  };
  for (const { sendings, resent, heard, tally: own } of speakers) {
    tally.sent += sendings.length;
    for (const { state } of sendings)
      if (state === 'acked' || state === 'failed' || state === 'unknown') tally[state] += 1;
    for (const count of heard.stream.values()) if (count > 1) tally.duplicated += 1;
    for (let number = 0; number < messages; number++) {
      if (heard.stream.has(number)) continue;
      if (heard.archive.has(number)) tally.archived += 1;
      else tally.lost += 1;
    }
    tally.again += resent.length;
    for (const name of ['gone', 'outOfOrder', 'resumed', 'begun'] as const) tally[name] += own[name];
  }
  return tally;
}
