import { readFileSync } from 'node:fs';
import { cut, deliverAll, type Receiver } from './chunks.js';
import { config, cpuOfWork, type Figures, finish, type Repeats, takeTurns, until } from './sample.js';
import type { Script } from './scripted-server.js';

interface RosterData {
  readonly query: string;
  readonly presences: readonly string[];
}

/** What a library comes to know. */
export interface Account extends Receiver {
  fetch(): Promise<void>;
  /** Contacts that are online, as far as it is known now. Cheap. */
  online(): number;
  /** At the end. */
  known(): { contacts: number; groups: number };
  end?(): unknown;
}

/** The contacts and presences as somebody keeps them whose library does not. */
export class OwnRoster {
  readonly contacts = new Map<string, { name: string; groups: readonly string[]; subscription: string }>();
  readonly present = new Map<string, Map<string, { show: string; status: string }>>();

  add(jid: string, name: string, groups: readonly string[], subscription: string): void {
    this.contacts.set(jid, { name, groups, subscription });
  }

  arrived(from: string, show: string, status: string): void {
    const slash = from.indexOf('/');
    const bare = slash < 0 ? from : from.slice(0, slash);
    const resources = this.present.get(bare) ?? new Map<string, { show: string; status: string }>();
    this.present.set(bare, resources);
    resources.set(slash < 0 ? '' : from.slice(slash + 1), { show, status });
  }

  known(): { contacts: number; groups: number } {
    const groups = new Set([...this.contacts.values()].flatMap((contact) => contact.groups));
    return { contacts: this.contacts.size, groups: groups.size };
  }
}

/** Options of the contenders of scenario (g). */
interface RosterConfig extends Repeats {
  readonly file: string;
  /** Again and again in turns; else once. */
  readonly often?: boolean;
}

/** Measures roster and presence of one library, prints the sample and ends the process. */
export async function measureRoster(
  connect: (script: Script) => Promise<Account>,
  { frames = false } = {},
): Promise<void> {
  const { file, often, warmup } = config<RosterConfig>();
  const { query, presences } = JSON.parse(readFileSync(file, 'utf8')) as RosterData;
  const chunks = frames ? presences.map((text) => Buffer.from(text)) : cut(presences.join(''));
  const script = { answers: new Map([['jabber:iq:roster', query]]) };
  let check: object = {};
  const work = async (): Promise<Figures> => {
    const account = await connect(script);
    const roster = await cpuOfWork(() => account.fetch());
    const present = await cpuOfWork(async () => {
      await deliverAll(account, chunks);
      await until(() => account.online() >= presences.length, 'everybody is online');
    });
    check = { ...account.known(), online: account.online() };
    await account.end?.();
    return { roster, presences: present };
  };
  if (!often) return finish(await work(), check);
  for (let run = 0; run < warmup; run++) await work();
  await takeTurns(work);
  finish({}, check);
}
