import {
  type AddressNode,
  type AskOptions,
  type Audience,
  BaseXMPP,
  JID,
  Plugin,
  type Registration,
  StanzaError,
} from '@sestina/core';
import { audienceOption, booleanOption } from '@sestina/core/connection';
import { type DataProvider, defineDataKind } from '@sestina/core/handlers';
import { NotAllowedToSeeError } from './errors.js';
import { LastQuery, NS_LAST } from './stanza.js';

/** Says since when nobody does anything at one of our addresses; undefined leaves it to another source, or is not told. */
export interface ActivitySource {
  readonly idleSince: DataProvider<undefined, Date>;
}

/** Options of `LastActivity`. */
export class LastActivityOptions {
  /**
   * Who is told since when nobody does anything here. That needs a source; see `serve()`. The others are told what a program that is not
   * there would tell.
   * @default 'nobody'
   */
  answer: Audience = 'nobody';
  /**
   * Whether a component tells everybody who asks its domain for how long it runs.
   * @default true
   */
  uptime = true;
}

/** When somebody was last active. What it means depends on who was asked (XEP-0012 §7). */
export interface Activity {
  /**
   * `online` and `offline` of an account, which is there now, or has left; `idle` of a device, at which nobody does anything;
   * `uptime` of a server or a service, which has been started.
   */
  readonly kind: 'idle' | 'offline' | 'online' | 'uptime';
  /** For how long; 0 of who is online. Undefined where no sensible number was told. */
  readonly seconds: number | undefined;
  /** Since when, by our clock. */
  readonly since: Date | undefined;
  /** What an account said when it left. */
  readonly status: string | undefined;
}

const idleSince = defineDataKind<undefined, Date>('last activity');

/** XEP-0012: Last Activity, version 2.0. Asks when somebody was last there or active, and tells others where that is wanted. */
export class LastActivity extends Plugin {
  static override readonly id = 'xep-0012';
  static override readonly Options = LastActivityOptions;
  static override readonly inject = [BaseXMPP, LastActivityOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: LastActivityOptions;
  readonly #started: number;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, options: LastActivityOptions) {
    super();
    audienceOption('answer', options.answer);
    booleanOption('uptime', options.uptime);
    this.#xmpp = xmpp;
    this.#options = options;
    this.#started = xmpp.clock.monotonic();
    const tellsUptime = xmpp.isComponent && options.uptime;
    if (options.answer === 'nobody' && !tellsUptime) return;
    this.own(
      xmpp.advertise(NS_LAST),
      xmpp.onIq('get', LastQuery, (_query, { from, to }) => this.#answer(from, to)),
    );
  }

  /**
   * When an account was last there, a device last used, or a server started. Without an address our own server is asked.
   * @throws NotAllowedToSeeError where we may not see that presence. StanzaError: it does not say, as most devices do not. What
   *   `request()` of the connection throws.
   */
  async ask(to?: JID | string, options: AskOptions = {}): Promise<Activity> {
    const address = JID.from(to ?? this.#xmpp.serverDomain);
    try {
      const { seconds, status } = await this.untilRemoved(options.signal, (signal) =>
        this.#xmpp.iqGet(address, new LastQuery(), { ...options, signal, answer: LastQuery }),
      );
      const since = seconds === undefined ? undefined : new Date(this.#xmpp.clock.now() - seconds * 1_000);
      const kind = kindOf(address, seconds, status);
      return { kind, seconds, since, status: kind === 'offline' ? status : undefined };
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      const { condition } = error;
      if (condition !== 'forbidden' && condition !== 'subscription-required') throw error;
      throw new NotAllowedToSeeError(address.full, { cause: error });
    }
  }

  /**
   * Has a source say since when nobody does anything at our address, or at one of a component. Of several the one for the closest
   * place is asked first, of equal ones that added last.
   * @throws JidError where the address of the place is none.
   */
  serve(source: ActivitySource, place: Pick<AddressNode, 'jid'> = {}): Registration {
    this.lifetime.throwIfAborted();
    return this.own(this.#xmpp.api.register(idleSince, (question) => source.idleSince(question), place));
  }

  async #answer(from: JID | undefined, to: JID | undefined): Promise<LastQuery> {
    const { clock, isComponent, requestedJid } = this.#xmpp;
    const { answer, uptime } = this.#options;
    const elapsed = (milliseconds: number): LastQuery =>
      new LastQuery({ seconds: Math.max(0, Math.floor(milliseconds / 1_000)) });
    if (isComponent && uptime && (!to || to.equals(requestedJid))) return elapsed(clock.monotonic() - this.#started);
    // To who may not know it is as if there were nobody.
    const admitted = await this.#xmpp.admits(answer, from, to);
    const since = admitted
      ? await this.#xmpp.api.ask(idleSince, { jid: to, node: undefined, from, request: undefined })
      : undefined;
    if (!since) throw new StanzaError('service-unavailable');
    return elapsed(clock.now() - since.getTime());
  }
}

function kindOf(address: JID, seconds: number | undefined, status: string | undefined): Activity['kind'] {
  if (!address.local) return 'uptime';
  if (address.isFull) return 'idle';
  // The server says no more of who is there (XEP-0012 §3).
  return seconds === 0 && status === undefined ? 'online' : 'offline';
}
