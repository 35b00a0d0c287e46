import { type AskOptions, type Audience, BaseXMPP, ConfigError, type JID, Plugin, StanzaError } from '@sestina/core';
import { audienceOption } from '@sestina/core/connection';
import { NS_TIME, Time, TimeQuery } from './stanza.js';

/** Options of `EntityTime`. */
export class EntityTimeOptions {
  /**
   * Who gets an answer, beside our own server; the others are told what a program without this plugin would tell. For `nobody` not even
   * the server gets one, and the feature is not announced.
   * @default 'contacts'
   */
  answer: Audience = 'contacts';
  /**
   * Whether we tell our time zone, which says where on earth we are. `hide` tells that of Greenwich.
   * @default 'hide'
   */
  timeZone: 'hide' | 'show' = 'hide';
}

/** What somebody's clock says. */
export interface RemoteTime {
  /** When the answer was made, by that clock. */
  readonly utc: Date;
  /** Minutes east of UTC of the time zone that is told. */
  readonly offset: number;
  /** Milliseconds by which that clock is ahead of ours, give or take half of `roundTrip`. */
  readonly skew: number;
  /** Milliseconds that the answer took. */
  readonly roundTrip: number;
}

/** XEP-0202: Entity Time, version 2.0. Asks what time it is elsewhere, and tells others. */
export class EntityTime extends Plugin {
  static override readonly id = 'xep-0202';
  static override readonly Options = EntityTimeOptions;
  static override readonly inject = [BaseXMPP, EntityTimeOptions] as const;
  readonly #xmpp: BaseXMPP;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, { answer, timeZone }: EntityTimeOptions) {
    super();
    if (timeZone !== 'hide' && timeZone !== 'show') {
      throw new ConfigError(`timeZone is "hide" or "show", got ${timeZone}`, 'timeZone');
    }
    audienceOption('answer', answer);
    this.#xmpp = xmpp;
    if (answer === 'nobody') return;
    this.own(
      xmpp.advertise(NS_TIME),
      xmpp.onIq('get', TimeQuery, async (_query, { from, to }) => {
        const admitted = xmpp.vouches(from, to) === 'server' || (await xmpp.admits(answer, from, to));
        if (!admitted) throw new StanzaError('service-unavailable');
        const utc = new Date(xmpp.clock.now());
        // West of Greenwich it is positive there.
        return new Time({ tzo: timeZone === 'show' ? -utc.getTimezoneOffset() : 0, utc });
      }),
    );
  }

  /**
   * What time it is at an entity; without one, at our server.
   * @throws StanzaError: it does not say. StanzaValueError for an answer without a time. What `request()` of the connection throws.
   */
  async time(to?: JID | string, options: AskOptions = {}): Promise<RemoteTime> {
    const { clock } = this.#xmpp;
    const start = clock.monotonic();
    const answer = await this.untilRemoved(options.signal, (signal) =>
      this.#xmpp.iqGet(to ?? this.#xmpp.serverDomain, new TimeQuery(), { ...options, signal, answer: Time }),
    );
    const roundTrip = clock.monotonic() - start;
    const { utc, tzo: offset } = answer;
    return { utc, offset, skew: utc.getTime() - (clock.now() - roundTrip / 2), roundTrip };
  }
}
