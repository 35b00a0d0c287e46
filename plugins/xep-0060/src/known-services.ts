import type { JID } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import type { NodeConfig } from './node-config.js';

const MAX_SERVICES = 100;
const MAX_NODES = 1_000;

/** A service, and which address of ours asks it. */
interface Asker {
  readonly service: JID | undefined;
  readonly from: JID | undefined;
}

/** What was found out of services in this session. */
export class KnownServices {
  readonly #few = new LruMap<string, true>({ maxEntries: MAX_SERVICES });
  readonly #prepared = new LruMap<string, string>({ maxEntries: MAX_NODES });

  /** Whether a service takes only some settings with an item. */
  takesFew(asker: Asker): boolean {
    return this.#few.has(keyOf(asker));
  }

  noteFew(asker: Asker): void {
    this.#few.set(keyOf(asker), true);
  }

  /** Whether a node was made what it has to be like. */
  isPrepared(asker: Asker, node: string, config: NodeConfig): boolean {
    return this.#prepared.get(keyOf(asker, node)) === JSON.stringify(config);
  }

  notePrepared(asker: Asker, node: string, config: NodeConfig): void {
    this.#prepared.set(keyOf(asker, node), JSON.stringify(config));
  }

  clear(): void {
    this.#few.clear();
    this.#prepared.clear();
  }
}

function keyOf({ service, from }: Asker, node = ''): string {
  return `${from?.full ?? ''}\n${service?.full ?? ''}\n${node}`;
}
