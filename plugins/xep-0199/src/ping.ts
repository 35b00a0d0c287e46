import { type AskOptions, type Audience, BaseXMPP, JID, Plugin, StanzaError } from '@sestina/core';
import { audienceOption } from '@sestina/core/connection';
import { provesAlive } from './proof.js';
import { NS_PING, PingQuery } from './stanza.js';

/** Options of `Ping`. */
export class PingOptions {
  /**
   * Who gets an answer. The others get the `service-unavailable` that an absent resource gives, so that they do not learn whether
   * we are there (XEP-0199 §7).
   * @default 'everybody'
   */
  answer: Audience = 'everybody';
}

/** XEP-0199: XMPP Ping, version 2.0.1. Asks others whether they are there, and answers them. */
export class Ping extends Plugin {
  static override readonly id = 'xep-0199';
  static override readonly Options = PingOptions;
  static override readonly inject = [BaseXMPP, PingOptions] as const;
  readonly #xmpp: BaseXMPP;

  /** @throws ConfigError for an audience that is none. */
  constructor(xmpp: BaseXMPP, { answer }: PingOptions) {
    super();
    audienceOption('answer', answer);
    this.#xmpp = xmpp;
    if (answer === 'nobody') return;
    this.own(xmpp.advertise(NS_PING));
    this.own(
      xmpp.onIq('get', PingQuery, async (_query, { from, to }) => {
        if (!(await xmpp.admits(answer, from, to))) throw new StanzaError('service-unavailable');
      }),
    );
  }

  /**
   * Asks whether somebody is there, and resolves with the milliseconds that the answer took. Without `to` our server is
   * asked. That of a bare JID is answered by its server; a full JID asks the device itself. An error which says that the
   * entity does not know pings is an answer as well; from a full JID only `feature-not-implemented` is, because a
   * server says `service-unavailable` for a device that is away.
   * @throws StanzaError: it is not there, or nobody could tell. TimeoutError: no answer. SessionLostError, SendError.
   *   PluginError once the plugin was removed.
   */
  async ping(to?: JID | string, options: AskOptions = {}): Promise<number> {
    const asked = typeof to === 'string' ? JID.parse(to) : to;
    // A component's server answers to no name that it is told: what it asks itself goes through the server and back.
    const target = asked ?? (this.#xmpp.isComponent ? this.#xmpp.requestedJid : undefined);
    const start = this.#xmpp.clock.monotonic();
    try {
      await this.untilRemoved(options.signal, (signal) =>
        this.#xmpp.iqGet(target, new PingQuery(), { ...options, signal }),
      );
    } catch (error) {
      if (!(error instanceof StanzaError) || !provesAlive(error, asked)) throw error;
    }
    return this.#xmpp.clock.monotonic() - start;
  }
}
