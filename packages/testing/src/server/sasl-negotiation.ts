import { JID, XmlElement } from '@sestina/core';
import { NS_SASL } from './namespaces.js';
import type { ServerParts } from './parts.js';
import {
  createMechanism,
  decodeBase64,
  encodeBase64,
  type SaslCondition,
  type SaslMechanismName,
  type SaslServer,
  type SaslStep,
} from './sasl.js';
import type { Account, Session } from './session.js';

const ALL: readonly SaslMechanismName[] = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'];
const MAX_FAILURES = 5;

/** The logins of one connection (RFC 6120 §6). @internal */
export class SaslNegotiation {
  readonly #parts: ServerParts;
  readonly #session: Session;
  #mechanism: SaslServer | undefined;
  #failures = 0;

  constructor(parts: ServerParts, session: Session) {
    this.#parts = parts;
    this.#session = session;
  }

  /** What is offered now. */
  get offered(): readonly SaslMechanismName[] {
    const { settings } = this.#parts;
    if (settings.starttls === 'required' && !this.#session.secure) return [];
    return settings.mechanisms ?? (this.#session.secure ? ALL : ALL.filter((name) => name !== 'PLAIN'));
  }

  /** Takes an element of the client; resolves with the account once it is logged in. */
  async element(element: XmlElement): Promise<Account | undefined> {
    if (element.name === 'abort') return this.#fail('aborted');
    if (element.name === 'auth') return this.#begin(element);
    if (element.name === 'response' && this.#mechanism) return this.#respond(this.#mechanism, element.text);
    return this.#fail('malformed-request');
  }

  #begin(auth: XmlElement): Promise<Account | undefined> | undefined {
    this.#mechanism = undefined;
    const { settings, random, accounts } = this.#parts;
    if (settings.starttls === 'required' && !this.#session.secure) return this.#fail('encryption-required');
    const name = this.offered.find((offered) => offered === auth.attribute('mechanism'));
    if (!name) return this.#fail('invalid-mechanism');
    this.#mechanism = createMechanism(name, {
      random,
      iterations: settings.iterations,
      lookup: async (username) => {
        const password = accounts.find(username)?.password;
        return password === undefined ? undefined : { password };
      },
      anonymous: () => accounts.add(`guest-${hex(random.bytes(8))}`, undefined).username,
    });
    // Every mechanism here lets the client begin: without an initial response it is asked for one.
    if (auth.text === '' && name !== 'ANONYMOUS') return this.#send('challenge', undefined);
    return this.#respond(this.#mechanism, auth.text);
  }

  async #respond(mechanism: SaslServer, text: string): Promise<Account | undefined> {
    const message = decodeBase64(text);
    if (!message) return this.#fail('incorrect-encoding');
    let step: SaslStep;
    try {
      step = await mechanism.respond(message);
    } catch {
      return this.#fail('malformed-request');
    }
    if (this.#session.closed) return undefined;
    if (!step.done) return this.#send('challenge', step.data);
    this.#mechanism = undefined;
    const account = step.success && step.username !== undefined ? this.#parts.accounts.find(step.username) : undefined;
    if (!account) return this.#fail('not-authorized');
    if (!mayActAs(account, step.authzid)) return this.#fail('invalid-authzid');
    const refusal = this.#parts.settings.refusals.get(account.username);
    if (refusal) return this.#fail(refusal);
    this.#send('success', step.data);
    return account;
  }

  #send(name: 'challenge' | 'success', data: Uint8Array | undefined): undefined {
    const element = new XmlElement(name, NS_SASL);
    if (data) element.append(data.length === 0 ? '=' : encodeBase64(data));
    this.#session.send(element);
  }

  #fail(condition: SaslCondition): undefined {
    this.#mechanism = undefined;
    this.#session.send(new XmlElement('failure', NS_SASL).append(new XmlElement(condition, NS_SASL)));
    if (++this.#failures >= MAX_FAILURES) this.#session.kick('policy-violation', 'too many failed logins');
  }
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Only herself, by her bare JID (RFC 6120 §6.3.8). */
const mayActAs = (account: Account, authzid: string | undefined): boolean =>
  authzid === undefined || JID.tryParse(authzid)?.full === account.bare;
