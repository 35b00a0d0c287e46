import { readFileSync } from 'node:fs';
import { config, finish, turn, until } from './sample.js';
import { chunksOf } from './scripted-server.js';

interface RosterData {
  readonly query: string;
  readonly presences: readonly string[];
}

/** What a library comes to know. */
export interface Account {
  fetch(): Promise<void>;
  deliver(chunk: Buffer): void;
  readonly paused?: boolean;
  /** Contacts that are online, as far as it is known now. Cheap. */
  online(): number;
  /** At the end. */
  known(): { contacts: number; groups: number };
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

/** Measures roster and presence of one library, prints the sample and ends the process. */
export async function measureRoster(
  connect: (answers: ReadonlyMap<string, string>) => Promise<Account>,
  { frames = false } = {},
): Promise<void> {
  const { query, presences } = JSON.parse(readFileSync(config<{ file: string }>().file, 'utf8')) as RosterData;
  const chunks = frames ? presences.map((text) => Buffer.from(text)) : chunksOf(presences.join(''));
  const account = await connect(new Map([['jabber:iq:roster', query]]));
  const start = performance.now();
  await account.fetch();
  const fetched = performance.now();
  let fed = 0;
  for (const chunk of chunks) {
    account.deliver(chunk);
    fed += chunk.length;
    if (fed < 16_384) continue;
    fed = 0;
    await turn();
    if (account.paused) await until(() => !account.paused, 'reading goes on');
  }
  await until(() => account.online() >= presences.length, 'everybody is online');
  const present = performance.now();
  finish({ roster: fetched - start, presences: present - fetched }, { ...account.known(), online: account.online() });
}
