import { DEFAULT_LIMITS } from '@sestina/xml';
import { ConfigError } from '../errors.js';
import { JID } from '../jid/index.js';
import type { ReconnectOptions } from '../stream/backoff.js';
import type { KeepAliveOptions } from '../stream/keep-alive.js';
import type { SendQueueOptions } from '../stream/send-queue.js';
import type { StreamOptions } from '../stream/xml-stream.js';
import type { IqLimits } from './iq/iq-handlers.js';
import { booleanOption, checkOption, hasMethod, isOneOf, nestedOptions } from './option-checks.js';
import type { SubscriptionPolicy } from './presence/index.js';
import type { ServiceOptions } from './services.js';

/** Options of every XMPP connection. */
export interface XMPPOptions extends StreamOptions, ServiceOptions {
  /** What is done when a contact asks for a subscription. Default: ask (an event). */
  readonly autoAuthorize?: SubscriptionPolicy | undefined;
  /** Whether a contact that we authorize is asked for a subscription too. Default false. */
  readonly autoSubscribe?: boolean | undefined;
  /** Requests of others that are worked on at once. Default: 100 in all, 20 of one bare JID. */
  readonly maxRequests?: Partial<IqLimits> | undefined;
  /** Our requests that may be open at once. Default 1,000. */
  readonly maxPending?: number | undefined;
  /** `xml:lang` of the stream. */
  readonly lang?: string | undefined;
}

/** What tells a service from anything else; by shape, since it may come from another copy of this package. */
const SERVICES = {
  blobs: 'put',
  clock: 'setTimer',
  container: 'createChildContainer',
  logger: 'error',
  random: 'bytes',
  secrets: 'set',
  storage: 'set',
  tracer: 'incoming',
} as const satisfies Readonly<Record<keyof ServiceOptions, string>>;

/** The names of the options of every XMPP connection; the compiler says when one is missing. */
export const XMPP_OPTIONS = {
  ...SERVICES,
  autoAuthorize: true,
  autoSubscribe: true,
  connectTimeout: true,
  keepAlive: true,
  lang: true,
  limits: true,
  maxPending: true,
  maxRequests: true,
  maxUnhandled: true,
  queue: true,
  reconnect: true,
  timeout: true,
} as const satisfies Readonly<Record<keyof XMPPOptions, unknown>>;

const QUEUE = {
  maxBytes: true,
  maxStanzaBytes: true,
  maxStanzas: true,
} as const satisfies Readonly<Record<keyof SendQueueOptions, true>>;

const REQUESTS = {
  perSender: true,
  total: true,
} as const satisfies Readonly<Record<keyof IqLimits, true>>;

const RECONNECT = {
  attempts: true,
  base: true,
  initial: true,
  max: true,
  slowMax: true,
  stableAfter: true,
} as const satisfies Readonly<Record<keyof ReconnectOptions, true>>;

const KEEP_ALIVE = {
  interval: true,
  timeout: true,
} as const satisfies Readonly<Record<keyof KeepAliveOptions, true>>;

const LANGUAGE = /^[a-z\d]+(?:-[a-z\d]+)*$/i;

/** @throws ConfigError for values of the wrong kind that nothing else looks at. */
export function checkOptions(jid: JID | string, options: XMPPOptions): void {
  if (typeof jid !== 'string' && !(jid instanceof JID)) {
    throw new ConfigError('jid has to be an address such as user@domain', 'jid');
  }
  const { autoAuthorize, autoSubscribe, keepAlive, lang, limits, maxRequests, queue, reconnect } = options;
  checkOption('autoAuthorize', autoAuthorize, isOneOf(autoAuthorize, 'ask', true, false), "'ask', true or false");
  booleanOption('autoSubscribe', autoSubscribe);
  nestedOptions('limits', limits, DEFAULT_LIMITS);
  nestedOptions('queue', queue, QUEUE);
  nestedOptions('maxRequests', maxRequests, REQUESTS);
  if (keepAlive !== false) nestedOptions('keepAlive', keepAlive, KEEP_ALIVE, 'an object or false');
  if (reconnect !== false) {
    nestedOptions('reconnect', reconnect, RECONNECT, 'an object or false');
    booleanOption('reconnect.initial', reconnect?.initial);
  }
  checkOption('lang', lang, typeof lang === 'string' && LANGUAGE.test(lang), "a language tag such as 'en'");
  for (const [name, method] of Object.entries(SERVICES)) {
    const service = options[name as keyof ServiceOptions];
    checkOption(name, service, hasMethod(service, method), `an object with ${method}()`);
  }
}
