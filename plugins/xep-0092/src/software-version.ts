import { type AskOptions, type Audience, BaseXMPP, type JID, Plugin, StanzaError } from '@sestina/core';
import { audienceOption, checkOption } from '@sestina/core/connection';
import { NS_VERSION, Version, VersionQuery } from './stanza.js';

/** What is told to whoever asks. Nothing by default: it helps an attacker too (XEP-0092 §5). */
export class SoftwareVersionOptions {
  /** The name of the program. Default empty: questions are not answered, and the feature is not announced. */
  name = '';
  /** Its version. Default empty, and then told as an empty one. */
  version = '';
  /** The operating system. Default empty: not told. */
  os = '';
  /**
   * Who gets an answer; the others are told what a program without this plugin would tell.
   * @default 'everybody'
   */
  answer: Audience = 'everybody';
}

/** XEP-0092: Software Version, version 1.1. Asks others what they run, and says what we run where `name` is set. */
export class SoftwareVersion extends Plugin {
  static override readonly id = 'xep-0092';
  static override readonly Options = SoftwareVersionOptions;
  static override readonly inject = [BaseXMPP, SoftwareVersionOptions] as const;
  readonly #xmpp: BaseXMPP;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, options: SoftwareVersionOptions) {
    super();
    this.#xmpp = xmpp;
    const { name, version, os, answer } = options;
    for (const [option, value] of Object.entries({ name, version, os }))
      checkOption(option, value, typeof value === 'string', 'a text');
    audienceOption('answer', answer);
    if (!name || answer === 'nobody') return;
    this.own(xmpp.advertise(NS_VERSION));
    this.own(
      xmpp.onIq('get', VersionQuery, async (_query, { from, to }) => {
        if (!(await xmpp.admits(answer, from, to))) throw new StanzaError('service-unavailable');
        return new Version({ name, version, os: os || undefined });
      }),
    );
  }

  /**
   * What that entity says that it runs. For contacts whose presence you get, XEP-0115 tells without a question.
   * @throws StanzaError: it does not say. What `request()` of the connection throws.
   */
  query(to: JID | string, options: AskOptions = {}): Promise<Version> {
    return this.untilRemoved(options.signal, (signal) =>
      this.#xmpp.iqGet(to, new VersionQuery(), { ...options, signal, answer: Version }),
    );
  }
}
