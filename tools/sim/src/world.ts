import { MemoryServer, SeededRandom, type ServerSession, VirtualClock } from '@sestina/testing';
import { Book } from './book.js';
import { SimulatedClient } from './client.js';
import type { Plan, Step } from './plan.js';
import { Sabotage, type Saboteur } from './sabotage.js';

// Seconds that the server keeps a session without a connection.
const KEPT = 60;

/** A server, clients and the lines between them. */
export class World {
  readonly clock = new VirtualClock();
  readonly book = new Book();
  readonly server: MemoryServer;
  readonly clients: readonly SimulatedClient[];
  /** Of each session: the stanzas that the server has counted, and the messages that it has sent. */
  #saidGoodbye = false;
  readonly #seen = new Map<ServerSession, { counted: number; sent: Set<string> }>();

  constructor({ seed, clients }: Plan, saboteur?: Saboteur) {
    const { clock, book } = this;
    const server = new MemoryServer({
      domain: 'sim.example',
      users: Object.fromEntries(clients.map((_, index) => [`c${index}`, 'secret'])),
      clock,
      random: new SeededRandom(seed),
      starttls: 'off',
      mechanisms: ['PLAIN'],
      streamManagement: { max: KEPT },
      offlineMessages: 10_000,
      logSize: 0,
    });
    this.server = server;
    server.onStanza(({ direction, session, stanza }) => {
      const id = stanza.attribute('id') ?? '';
      const seen = this.#seenOf(session);
      book.note(`server ${direction === 'in' ? '<-' : '->'} ${session.username} ${stanza.name} ${id}`);
      if (direction === 'in') {
        seen.counted += 1;
        if (stanza.name === 'message') book.count(id);
      } else if (stanza.name === 'message') seen.sent.add(id);
    });
    const sabotage = new Sabotage(saboteur, new SeededRandom(seed).integer(6));
    const saidGoodbye = (): boolean => this.#saidGoodbye;
    const exchange = {
      clock,
      get stopped() {
        return server.stopped;
      },
      accept: (link: Parameters<MemoryServer['accept']>[0]) => server.accept(link),
      get saidGoodbye() {
        return saidGoodbye();
      },
      rewrite: (way: 'down' | 'up', text: string) => sabotage.rewrite(way, text),
    };
    this.clients = clients.map(
      (plan, index) => new SimulatedClient({ seed, clock, book, exchange, sabotage }, index, plan),
    );
  }

  #seenOf(session: ServerSession): { counted: number; sent: Set<string> } {
    const seen = this.#seen.get(session) ?? { counted: 0, sent: new Set() };
    this.#seen.set(session, seen);
    return seen;
  }

  /** One thing happens, and what follows from it without time. */
  async step(step: Step): Promise<void> {
    this.book.note(`- ${JSON.stringify(step)}`);
    if (step.do === 'pass') await this.clock.advance(step.ms);
    else if (step.do === 'restart') {
      this.#restart(step.keep, step.quietly, step.away);
    } else {
      const client = this.clients[step.client];
      if (client) this.#happens(step, client);
    }
    await this.clock.runUntilIdle();
    this.look();
  }

  #happens(step: Exclude<Step, { do: 'pass' | 'restart' }>, client: SimulatedClient): void {
    const { line, process } = client;
    switch (step.do) {
      case 'send': {
        const to = this.clients[step.to];
        if (to) process?.send(to, step.count);
        break;
      }
      case 'ask':
        process?.ask();
        break;
      case 'hold':
        line.hold(step.way);
        break;
      case 'deliver':
        line.deliver(step.way, step.bytes);
        break;
      case 'flow':
        line.flow();
        break;
      case 'break':
        line.break(step.how);
        break;
      case 'fuse':
        line.fuse(step.way, step.bytes, step.how);
        break;
      case 'outage':
        line.outage = step.how;
        break;
      case 'crash':
        client.crash(step.write, step.quietly, step.away);
        break;
      case 'leave':
        client.leave(step.away);
        break;
      case 'expire':
        this.server.session(client.jid)?.expire();
        break;
      case 'jump':
        process?.clock.jump(step.ms);
        break;
      case 'disk':
        process?.storage.strike(step.fault, step.calls);
    }
  }

  #restart(keepSessions: boolean, quietly: boolean, away: number): void {
    if (this.server.stopped) return;
    if (quietly) for (const session of this.server.sessions) session.drop();
    else this.#saidGoodbye = true;
    void this.server.stop({ keepSessions });
    this.clock.setTimer(away, () => void this.server.start());
  }

  /** What has to hold at every moment. */
  look(): void {
    for (const session of this.server.sessions) {
      const { counted, sent } = this.#seenOf(session);
      if (session.handledCount !== undefined && session.handledCount !== counted) {
        this.book.fail('count', `${session.jid}: the server counts ${session.handledCount} of ${counted}`);
      }
      const unacked = new Set(session.unacked.map((stanza) => stanza.attribute('id')));
      for (const id of sent) {
        if (unacked.has(id)) continue;
        sent.delete(id);
        if (this.book.letters.get(id)?.handled) continue;
        this.book.fail('acknowledged', `${session.jid} has acknowledged ${id}, and has not handled it`);
      }
    }
    for (const { process, index, plan } of this.clients) {
      const { length = 0 } = process?.management.unacked ?? [];
      if (length > plan.maxUnacked) this.book.fail('bounds', `client ${index} has ${length} stanzas unacknowledged`);
    }
  }

  /** Faults are over: everybody comes back. */
  async mend(): Promise<void> {
    this.book.note('- mend');
    await this.server.start();
    for (const client of this.clients) client.comeBack();
  }

  /** What is still to come to its end. */
  get unsettled(): string[] {
    const { server, clients } = this;
    return clients.flatMap(({ process, jid, failedDisks }) => {
      if (!process) return [`${jid} is not there`];
      const { client, management, unsettled } = process;
      // What is kept may be older than what the server was told: it counts on, and one stanza is left over.
      const offset = failedDisks.size > 0;
      const session = server.session(`${jid}/r`);
      return [
        ...unsettled,
        ...(client.online && management.enabled ? [] : [`${jid} is ${client.state}`]),
        ...(management.unacked.length > 0 ? [`${jid} waits for ${management.unacked.length} acknowledgements`] : []),
        ...(client.sendQueue.length > 0 ? [`${jid} has something to write`] : []),
        ...(session?.available ? [] : [`the server knows no presence of ${jid}`]),
        ...(session?.kept === false ? [] : [`the server has no connection of ${jid}`]),
        ...(session?.unacked.length && !offset
          ? [`the server waits for ${session.unacked.length} acknowledgements of ${jid}`]
          : []),
      ];
    });
  }
}
