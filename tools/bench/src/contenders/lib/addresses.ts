import { heap } from './heap.js';
import { config, cpuOfWork, finish, takeTurns, until } from './sample.js';
import type { Script } from './scripted-server.js';

/** Options of the contenders of scenario (p). */
export interface AddressesConfig {
  readonly addresses: number;
  /** Of each address. */
  readonly contacts: number;
  /** Measures broadcasts in turns; else the start of the component, once. */
  readonly often: boolean;
  readonly warmup: number;
}

/** Addresses of a component that have contacts, behind a store. */
export interface Addresses {
  /** Makes the component anew, as a process does that was started again, with what the store has. */
  start(script: Script): Promise<unknown>;
  /** Has each address tell all of its contacts how it is. */
  broadcast(status: string): unknown;
  /** Contacts of all addresses, as they are known. */
  known(): number;
}

export const ownerOf = (i: number): string => `bot${i}@echo.example`;
export const contactOf = (i: number, owner: number): string => `contact${owner}.${i}@montague.example`;

/** What a program keeps of each address whose library does not: by owner, a text. */
export function ownStore({ addresses, contacts }: AddressesConfig): Map<string, string> {
  const store = new Map<string, string>();
  for (let owner = 0; owner < addresses; owner++) {
    const own = Array.from({ length: contacts }, (_, i) => [contactOf(i, owner), { subscription: 'from' }]);
    store.set(ownerOf(owner), JSON.stringify(Object.fromEntries(own)));
  }
  return store;
}

function countIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('<presence'); at >= 0; at = text.indexOf('<presence', at + 1)) count += 1;
  return count;
}

/** Measures the addresses of a component with one library, prints the sample and ends the process. */
export async function measureAddresses(make: (config: AddressesConfig) => Promise<Addresses>): Promise<void> {
  const options = config<AddressesConfig>();
  const { addresses, contacts, often, warmup } = options;
  const client = await make(options);
  let written = 0;
  const script: Script = {
    says(text) {
      written += countIn(text);
      return undefined;
    },
  };
  let broadcasts = 0;
  const broadcast = async (): Promise<void> => {
    const goal = written + addresses * contacts;
    broadcasts += 1;
    await client.broadcast(`here for the ${broadcasts}th time`);
    await until(() => written >= goal, 'everybody was told');
  };
  const before = await heap();
  const start = await cpuOfWork(async () => {
    await client.start(script);
    await broadcast();
  });
  const check = (): object => ({ known: client.known(), told: written / broadcasts });
  if (!often) return finish({ start, kept: ((await heap()) - before) / 1_024 / addresses }, check());
  while (broadcasts < warmup) await broadcast();
  await takeTurns(async () => ({ us: ((await cpuOfWork(broadcast)) * 1_000) / (addresses * contacts) }));
  finish({}, check());
}
