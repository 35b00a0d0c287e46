import { ConfigError, JID } from '@sestina/core';
import { Roster } from './roster.js';
import type { Account, Session } from './session.js';

/** The users of the domain. @internal */
export class Accounts {
  readonly #domain: string;
  readonly #accounts = new Map<string, Account>();

  constructor(domain: string) {
    this.#domain = domain;
  }

  /**
   * Makes a user, or gives one another password.
   * @param password Undefined: nobody can log in with one (ANONYMOUS).
   * @throws ConfigError where the name is no localpart.
   */
  add(username: string, password: string | undefined): Account {
    const jid = JID.tryParse(`${username}@${this.#domain}`);
    if (!jid?.local || jid.resource) {
      throw new ConfigError(`'${username}' cannot be a user name: give the localpart alone, such as alice`, 'users');
    }
    const known = this.#accounts.get(jid.local);
    if (known) {
      known.password = password;
      return known;
    }
    const account: Account = {
      username: jid.local,
      bare: String(jid),
      password,
      roster: new Roster(),
      offline: [],
      privateData: new Map(),
      sessions: new Map(),
      handledBefore: new Map(),
    };
    this.#accounts.set(jid.local, account);
    return account;
  }

  get(username: string): Account | undefined {
    return this.#accounts.get(username);
  }

  /** By bare JID; undefined where it is of another domain, too. */
  of(bare: string): Account | undefined {
    const [local = '', domain] = bare.split('@');
    return domain === this.#domain ? this.#accounts.get(local) : undefined;
  }

  /** By what somebody typed as a user name: normalised first. */
  find(username: string): Account | undefined {
    const local = JID.tryParse(`${username}@${this.#domain}`)?.local;
    return local ? this.#accounts.get(local) : undefined;
  }

  /** Knows of no session any more that is over. */
  forgetSessions(): void {
    for (const { handledBefore } of this.#accounts.values()) handledBefore.clear();
  }

  delete(account: Account): void {
    this.#accounts.delete(account.username);
  }
}

/** Sessions that can be sent to, the highest priority first. */
export function availableSessions(account: Account): Session[] {
  return [...account.sessions.values()].filter((session) => session.available).sort((a, b) => b.priority - a.priority);
}
