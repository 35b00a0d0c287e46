import { type BaseXMPP, ConfigError, type ElementView, Plugin } from '@sestina/core';
import type { PubSub } from '@sestina/xep-0060';
import type { PersonalEventing } from '@sestina/xep-0163';
import { Sessions } from './sessions.js';
import type { StoredNodeHost } from './stored-node.js';

/** What objects of a class of payloads are. */
export type ViewIn<C> = C extends { readonly prototype: infer V extends ElementView } ? V : never;

/** What a plugin is that keeps data at the server of our account: it holds the nodes that it makes, and tells them of sessions. */
export abstract class StoredData extends Plugin {
  // A component has no account.
  static override readonly kinds = ['client'] as const;
  protected readonly host: StoredNodeHost;
  readonly #sessions = new Sessions();

  /**
   * @param bounds Options by name, each of them a number from 1.
   * @throws ConfigError for one that is none.
   */
  constructor(xmpp: BaseXMPP, bounds: Readonly<Record<string, unknown>>, pubsub: PubSub, eventing: PersonalEventing) {
    super();
    for (const [name, value] of Object.entries(bounds)) {
      if (typeof value === 'number' && value >= 1) continue;
      throw new ConfigError(`${name} is a number from 1, got ${value}`, name);
    }
    this.host = {
      xmpp,
      pubsub,
      eventing,
      untilRemoved: (signal, work) => this.untilRemoved(signal, work),
      owned: (what) => this.own(what),
      sessions: (node) => this.#sessions.add(node),
    };
  }

  override sessionStart(): void {
    this.#sessions.start();
  }

  override sessionEnd(): void {
    this.#sessions.end();
  }
}
