import { type ComponentOptions, type ComponentXMPP, RosterStore, type RosterStoreOptions } from '@sestina/component';
import { MemoryStorage } from '@sestina/core';
import { FaultyStorage } from '@sestina/testing';
import { type Scripted, scripted } from '../scripted.js';

export const ROMEO = 'romeo@bot.example.org';
export const BOB = 'bob@example.net';
export const CAROL = 'carol@example.net';
export const KEY = `component-roster/${ROMEO}`;

export interface Stored extends Scripted {
  readonly storage: FaultyStorage;
  readonly store: RosterStore;
}

export async function stored(
  storage: FaultyStorage = new FaultyStorage(),
  options: Partial<ComponentOptions> = {},
  how: Partial<RosterStoreOptions> = {},
): Promise<Stored> {
  let store: RosterStore | undefined;
  const install = (component: ComponentXMPP): void => {
    store = component.use(RosterStore, how);
  };
  const started = await scripted({ storage, autoAuthorize: true, ...options }, install);
  if (!store) throw new Error('there is no store');
  return { ...started, storage, store };
}

export const presence = (type: string, from = BOB, to = ROMEO): string =>
  `<presence from='${from}' to='${to}' type='${type}'/>`;
export const types = ({ stream }: Scripted): string[] =>
  stream.sent
    .filter(({ name }) => name === 'presence')
    .map((sent) => `${sent.attribute('type') ?? 'available'} ${sent.attribute('to')}`);
export const record = async (storage: MemoryStorage, key = KEY): Promise<Record<string, unknown>> =>
  JSON.parse((await MemoryStorage.prototype.get.call(storage, key)) ?? 'null');
