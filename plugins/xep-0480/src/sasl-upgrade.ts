import { BaseXMPP, base64, ConfigError, declareSecret, Plugin, XmlElement } from '@sestina/core';
import { type PasswordUse, SaslError, SaslLoginError } from '@sestina/sasl';
import { Sasl2, type TaskExchange } from '@sestina/xep-0388';
import type { LoginAttempt } from '@sestina/xep-0388/inline';

/** The namespace of upgrades, and that of the tasks of SCRAM. */
export const NS_UPGRADE = 'urn:xmpp:sasl:upgrade:0';
export const NS_SCRAM_UPGRADE = 'urn:xmpp:scram-upgrade:0';

// As good as the password.
for (const name of ['hash', 'salt']) declareSecret({ name, namespace: NS_SCRAM_UPGRADE });

declare module '@sestina/core' {
  interface XMPPEvents {
    /** The server can check the password by this mechanism from now on (XEP-0480). */
    saslUpgraded: { readonly mechanism: string };
  }
}

/** Options of `SaslUpgrade`. */
export class SaslUpgradeOptions {
  /**
   * Whether the server is asked for upgrades.
   * @default true
   */
  enabled = true;
  /**
   * Whether that is only done in a login that is bound to its TLS connection: what is sent is as good as the password.
   * @default true
   */
  requireChannelBinding = true;
}

const HASHES = ['SHA-256', 'SHA-512'] as const;
const RANKS: readonly string[] = ['SHA-1', ...HASHES];

/**
 * XEP-0480: SASL Upgrade Tasks, version 0.2.0. Gives a server that keeps the password only as a weak hash a stronger one, at a login by
 * password. Clients only.
 */
export class SaslUpgrade extends Plugin {
  static override readonly id = 'xep-0480';
  static override readonly Options = SaslUpgradeOptions;
  static override readonly kinds = ['client'] as const;
  static override readonly inject = [BaseXMPP, Sasl2, SaslUpgradeOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: SaslUpgradeOptions;
  /** What was asked for in the last attempt, and what is needed for it. */
  #asked: { readonly tasks: readonly string[]; readonly password: PasswordUse; readonly mechanism: string } | undefined;
  /** The server has asked for what must not be given. */
  #refused = false;

  /** @throws ConfigError for an option that is no boolean. */
  constructor(xmpp: BaseXMPP, sasl2: Sasl2, options: SaslUpgradeOptions) {
    super();
    for (const name of ['enabled', 'requireChannelBinding'] as const) {
      if (typeof options[name] !== 'boolean') throw new ConfigError(`${name} is true or false`, name);
    }
    this.#xmpp = xmpp;
    this.#options = options;
    this.own(
      sasl2.inline({ namespace: NS_UPGRADE, offer: (_offered, attempt) => this.#offer(attempt) }),
      ...HASHES.map((hash) => sasl2.task(taskOf(hash), (exchange) => this.#upgrade(hash, exchange))),
    );
  }

  #offer(attempt: LoginAttempt): readonly XmlElement[] | undefined {
    this.#asked = undefined;
    const { enabled, requireChannelBinding } = this.#options;
    const { authentication, mechanism, password } = attempt;
    if (!enabled || this.#refused || !password) return undefined;
    if (requireChannelBinding && !mechanism.endsWith('-PLUS')) return undefined;
    const offered = authentication.childrenNamed('upgrade', NS_UPGRADE).map(({ text }) => text.trim());
    const tasks = HASHES.filter((hash) => isStronger(hash, mechanism))
      .map(taskOf)
      .filter((task) => offered.includes(task));
    if (tasks.length === 0) return undefined;
    this.#asked = { tasks, password, mechanism };
    return tasks.map((task) => new XmlElement('upgrade', NS_UPGRADE).append(task));
  }

  async #upgrade(hash: (typeof HASHES)[number], exchange: TaskExchange): Promise<void> {
    const asked = this.#asked;
    if (!asked?.tasks.includes(exchange.name)) {
      throw new SaslLoginError('sasl-abort', asked?.mechanism, { text: 'an upgrade that nobody has asked for' });
    }
    exchange.send();
    const salt = (await exchange.receive())?.child('salt', NS_SCRAM_UPGRADE);
    const iterations = salt?.attribute('iterations') ?? '';
    let salted: Uint8Array;
    try {
      salted = await asked.password.salted({
        hash,
        salt: Uint8Array.from(base64.decode(salt?.text ?? '') ?? []),
        iterations: /^\d{1,15}$/.test(iterations) ? Number(iterations) : Number.NaN,
      });
    } catch (error) {
      if (!(error instanceof SaslError)) throw error;
      // The login can do without: the next one does not ask.
      this.#refused = true;
      throw new SaslLoginError('temporary-auth-failure', asked.mechanism, { cause: error });
    }
    exchange.send(new XmlElement('hash', NS_SCRAM_UPGRADE).append(base64.encode(salted)));
    if ((await exchange.receive()) === undefined) this.#xmpp.emit('saslUpgraded', { mechanism: `SCRAM-${hash}` });
  }
}

const taskOf = (hash: string): string => `UPGR-SCRAM-${hash}`;

/** Whether the hash is not weaker than that of the mechanism in use; PLAIN has none. */
function isStronger(hash: string, mechanism: string): boolean {
  return RANKS.indexOf(hash) >= RANKS.findIndex((rank) => mechanism.startsWith(`SCRAM-${rank}`));
}
