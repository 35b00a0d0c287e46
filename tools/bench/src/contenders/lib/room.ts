import { readFileSync } from 'node:fs';
import { cut, deliverAll, type Receiver } from './chunks.js';
import { heap } from './heap.js';
import { config, cpuOfWork, finish, takeTurns, until } from './sample.js';
import type { Script } from './scripted-server.js';

/** What a room sends. */
interface RoomData {
  readonly jid: string;
  readonly nick: string;
  /** Of all occupants, our own at the end. */
  readonly presences: readonly string[];
  readonly subject: string;
  /** What happens there while we are in it, again and again. */
  readonly stanzas: readonly string[];
}

/** Options of the contenders of scenario (m). */
interface RoomConfig {
  readonly file: string;
  /** Measures what happens in the room in turns; else entering it, once. */
  readonly inside: boolean;
  readonly warmup: number;
}

/** A library that enters a room. */
export interface RoomClient extends Receiver {
  /** Asks the room to let us in; resolves once all occupants are known. */
  enter(jid: string, nick: string): Promise<unknown>;
  /** Occupants that are known. */
  occupants(): number;
  /** Those of them that are away. */
  away(): number;
  /** Messages that were said to all, as a handler has heard them. */
  heard(): number;
}

/** The occupants as somebody keeps them whose library does not. */
export class OwnOccupants {
  readonly #occupants = new Map<string, { affiliation: string; role: string; show: string; status: string }>();

  came(nick: string, affiliation: string, role: string, show: string, status: string): void {
    this.#occupants.set(nick, { affiliation, role, show, status });
  }

  get size(): number {
    return this.#occupants.size;
  }

  away(): number {
    let count = 0;
    for (const { show } of this.#occupants.values()) if (show === 'away') count += 1;
    return count;
  }
}

/** Measures one library in a large room, prints the sample and ends the process. */
export async function measureRoom(
  connect: (script: Script) => Promise<RoomClient>,
  { frames = false } = {},
): Promise<void> {
  const { file, inside, warmup } = config<RoomConfig>();
  const { jid, nick, presences, subject, stanzas } = JSON.parse(readFileSync(file, 'utf8')) as RoomData;
  const chunksOf = (texts: readonly string[]): Buffer[] =>
    frames ? texts.map((text) => Buffer.from(text)) : cut(texts.join(''));
  const lettingIn = chunksOf([...presences, subject]);
  const happening = chunksOf(stanzas);
  let asked = (): void => {};
  const client = await connect({
    says(text) {
      if (!text.startsWith('<presence') || !text.includes('http://jabber.org/protocol/muc')) return undefined;
      asked();
      return [];
    },
  });
  const enter = async (): Promise<void> => {
    const asking = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const entered = client.enter(jid, nick);
    await asking;
    await deliverAll(client, lettingIn);
    await entered;
    await until(() => client.occupants() >= presences.length, 'all occupants are known');
  };
  const check = () => ({ occupants: client.occupants(), away: client.away() });
  if (!inside) {
    const before = await heap();
    const cpu = await cpuOfWork(enter);
    const kept = ((await heap()) - before) / 1_024 / presences.length;
    return finish({ enter: cpu, kept }, check());
  }
  await enter();
  const messages = stanzas.filter((text) => text.startsWith('<message')).length;
  const live = async (): Promise<{ us: number }> => {
    const goal = client.heard() + messages;
    const cpu = await cpuOfWork(async () => {
      await deliverAll(client, happening);
      await until(() => client.heard() >= goal, 'all messages are heard');
    });
    return { us: (cpu * 1_000) / stanzas.length };
  };
  for (let run = 0; run < warmup; run++) await live();
  await takeTurns(live);
  finish({}, check());
}
