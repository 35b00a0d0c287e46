import type { PluginClass } from '@sestina/core';
import { refusesBadOptions } from './choosing.js';
import type { PluginDeclaration, ReadDeclaration } from './declaration.js';
import type { Law } from './law.js';
import { knowsItsKinds, leavesNothing, outlivesSessions } from './living.js';
import { checksSenders } from './senders.js';
import { sharesNothing } from './sharing.js';
import { looksAway } from './strangers.js';
import { endsItsWaits, heedsSignals } from './waiting.js';
import { type LawConnectionMaker, type Subject, testConnection } from './world.js';

const LAWS: Readonly<Record<string, (subject: Subject) => Promise<void>>> = {
  'leaves nothing behind when it is removed': leavesNothing,
  'ends its waits when it is removed': endsItsWaits,
  'shares nothing between two connections': sharesNothing,
  'lives through sessions that are resumed, lost and restored': outlivesSessions,
  'believes no forged sender': checksSenders,
  'works on a client and a component, or is refused by name': knowsItsKinds,
  'takes a signal wherever it waits': heedsSignals,
  'refuses bad options': refusesBadOptions,
  'decodes nothing that does not concern it': looksAway,
};

/**
 * The laws that hold for every plugin: `for (const law of pluginLaws(Dice)) test(law.name, () => law.check())`.
 * @param declaration What cannot be found out; see `declareLaws()`.
 * @param make Another kind of connection to try it on, for what a `TestXMPP` has not.
 */
export function pluginLaws<C extends PluginClass>(
  plugin: C,
  declaration?: PluginDeclaration<C>,
  make: LawConnectionMaker = testConnection,
): readonly Law[] {
  const subject: Subject = { cls: plugin, declaration: (declaration ?? {}) as ReadDeclaration, make };
  return Object.entries(LAWS).map(([name, check]) => ({ name, check: () => check(subject) }));
}
