import { type BaseXMPP, type Iq, type JID, type Registration, StanzaError } from '@sestina/core';
import { AddressNodeMap } from '@sestina/core/handlers';
import { RateLimiter } from '@sestina/core/util';
import { checkAnswer } from '@sestina/xep-0004';
import type { InBandRegistrationOptions } from './options.js';
import type { RegistrationInfo, RegistrationProvider, RegistrationSubmission, ServeOptions } from './service.js';
import { REGISTRATION_FIELDS, Redirection, RegisterQuery, type RegistrationField } from './stanza.js';

const HOUR = 3_600_000;

interface Served {
  readonly provider: RegistrationProvider;
  readonly allow: ServeOptions['allow'];
}

/** Who registers with us: checked, counted, one after the other for each account. */
export class Serving {
  readonly #xmpp: BaseXMPP;
  readonly #served = new AddressNodeMap<Served>();
  readonly #accounts: RateLimiter;
  readonly #domains: RateLimiter;

  constructor(xmpp: BaseXMPP, { attemptsPerAccount, attemptsPerDomain }: InBandRegistrationOptions) {
    this.#xmpp = xmpp;
    this.#accounts = new RateLimiter(xmpp.clock, { perKey: attemptsPerAccount, window: HOUR });
    this.#domains = new RateLimiter(xmpp.clock, { perKey: attemptsPerDomain, window: HOUR });
  }

  add(provider: RegistrationProvider, { place, allow }: ServeOptions): Registration {
    return this.#served.add({ jid: place }, { provider, allow });
  }

  /** Tells what has to be said. */
  async get({ from, to }: Iq): Promise<RegisterQuery> {
    const { provider, jid } = await this.#asked(from, to);
    const info = await provider.info(jid);
    const query = new RegisterQuery();
    if (info.registered) query.registered = true;
    query.instructions = info.instructions;
    for (const name of REGISTRATION_FIELDS) {
      const value = info.fields?.[name];
      if (value !== undefined) query[name] = name === 'password' ? '' : value;
    }
    if (info.form) query.form = info.form.copy();
    if (info.url !== undefined) query.redirection = new Redirection({ url: info.url });
    return query;
  }

  /** Registers, changes, removes. */
  async set(query: RegisterQuery, { from, to }: Iq): Promise<void> {
    const { provider, jid } = await this.#asked(from, to);
    this.#count(jid);
    const info = await provider.info(jid);
    if (query.remove) {
      if ([...query.xml.elements()].length > 1) throw new StanzaError('bad-request');
      if (!info.registered) throw new StanzaError('registration-required');
      await provider.remove(jid);
      this.#xmpp.emit('userUnregistered', { jid, to });
      return;
    }
    const { answer, password } = submissionOf(query, info);
    if (password !== undefined && provider.changePassword) await provider.changePassword(jid, password, answer);
    else await provider.register(jid, answer);
    this.#xmpp.emit('userRegistered', { jid, to, answer });
  }

  async #asked(from: JID | undefined, to: JID | undefined): Promise<{ provider: RegistrationProvider; jid: JID }> {
    for (const [served] of this.#served.levels(to, undefined)) {
      if (!served) continue;
      const { provider, allow = this.#xmpp.isComponent ? 'everybody' : 'contacts' } = served;
      if (!(await this.#xmpp.admits(allow, from, to))) break;
      // The server has stamped it: nobody speaks for somebody else.
      return { provider, jid: (from ?? this.#xmpp.account).bare };
    }
    throw new StanzaError('service-unavailable');
  }

  #count(jid: JID): void {
    if (this.#accounts.take(jid.full) > 0 || this.#domains.take(jid.domain) > 0)
      throw new StanzaError('resource-constraint', { text: 'too many attempts: wait an hour' });
  }
}

/** @throws StanzaError `not-acceptable` that names what is missing, and nothing of what was given. */
function submissionOf(
  query: RegisterQuery,
  { form, fields = {}, registered }: RegistrationInfo,
): { readonly answer: RegistrationSubmission; readonly password: string | undefined } {
  if (query.form && form) {
    // As it came, so that what cannot be read in it is its sender's fault.
    const problems = checkAnswer(form, query.form);
    const submitted = query.form.compact();
    if (problems.length > 0) throw refused(problems.map(({ var: name }) => name));
    const texts = REGISTRATION_FIELDS.map((name) => [name, submitted.field(name)?.value] as const);
    return { answer: { fields: present(texts), form: submitted }, password: undefined };
  }
  const given = present([...query.fields]);
  // Who is registered and says nothing but this changes it. An empty one changes nothing (§3.3).
  const { password } = given;
  const alone = registered && Object.keys(given).every((name) => name === 'password' || name === 'username');
  if (alone && password !== undefined) return { answer: { fields: given, form: undefined }, password };
  const asked = REGISTRATION_FIELDS.filter((name) => fields[name] !== undefined);
  const missing = asked.filter((name) => !given[name] && !(registered && name === 'password'));
  if (missing.length > 0 || asked.length === 0) throw refused(missing);
  return { answer: { fields: given, form: undefined }, password: undefined };
}

const refused = (names: readonly string[]): StanzaError =>
  new StanzaError('not-acceptable', { text: `missing or wrong: ${names.join(', ') || 'a form'}` });

/** Those that say something. */
function present(pairs: readonly (readonly [RegistrationField, string | undefined])[]): {
  readonly [K in RegistrationField]?: string;
} {
  return Object.fromEntries(pairs.filter(([, value]) => value));
}
