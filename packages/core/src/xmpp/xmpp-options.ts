import { ConfigError } from '../errors.js';
import { JID } from '../jid/index.js';
import type { StreamOptions } from '../stream/xml-stream.js';
import type { SubscriptionPolicy } from './roster/index.js';
import type { ServiceOptions } from './services.js';

/** Options of every XMPP connection. */
export interface XMPPOptions extends StreamOptions, ServiceOptions {
  /** What is done when a contact asks for a subscription. Default: ask (an event). */
  readonly autoAuthorize?: SubscriptionPolicy | undefined;
  /** Whether a contact that we authorize is asked for a subscription too. Default false. */
  readonly autoSubscribe?: boolean | undefined;
  /** Our requests that may be open at once. Default 1,000. */
  readonly maxPending?: number | undefined;
  /** `xml:lang` of the stream. */
  readonly lang?: string | undefined;
}

/** The names of the options of every XMPP connection; the compiler says when one is missing. */
export const XMPP_OPTIONS = {
  autoAuthorize: true,
  autoSubscribe: true,
  clock: true,
  connectTimeout: true,
  container: true,
  keepAlive: true,
  lang: true,
  limits: true,
  logger: true,
  maxPending: true,
  maxUnhandled: true,
  queue: true,
  random: true,
  reconnect: true,
  storage: true,
  timeout: true,
  tracer: true,
} as const satisfies Readonly<Record<keyof XMPPOptions, true>>;

/**
 * The options as they were given. Other properties are left alone, since objects with more in them are spread into options;
 * a misspelled option is not.
 * @throws ConfigError where there are none, or for a name that is nearly one of the known.
 */
export function knownOptions<T extends object>(given: T, known: Readonly<Record<keyof T, true>>): T {
  if (!isObject(given)) throw new ConfigError('give an object with options, jid among them', 'jid');
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    const meant = Object.keys(known).find((option) => isNearly(name, option));
    if (meant) throw new ConfigError(`there is no option "${name}": did you mean "${meant}"?`, name);
  }
  return given;
}

/** One edit apart for short names, two for longer ones, whatever the case. */
function isNearly(name: string, option: string): boolean {
  if (name.length < 4 || name.length > 30) return false;
  const allowed = name.length < 6 ? 1 : 2;
  if (Math.abs(name.length - option.length) > allowed) return false;
  return editDistance(name.toLowerCase(), option.toLowerCase()) <= allowed;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** An option that is true or false. @throws ConfigError for anything else. */
export function booleanOption(name: string, value: boolean | undefined): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw new ConfigError(`${name} has to be true or false, got ${shown(value)}`, name);
}

/** @throws ConfigError for values of the wrong kind that nothing else looks at. */
export function checkOptions(jid: JID | string, options: XMPPOptions): void {
  if (typeof jid !== 'string' && !(jid instanceof JID)) {
    throw new ConfigError(`jid has to be an address such as user@domain, got ${shown(jid)}`, 'jid');
  }
  const { autoAuthorize, autoSubscribe } = options;
  if (![undefined, 'ask', true, false].includes(autoAuthorize)) {
    throw new ConfigError(`autoAuthorize has to be 'ask', true or false, got ${shown(autoAuthorize)}`, 'autoAuthorize');
  }
  booleanOption('autoSubscribe', autoSubscribe);
  for (const name of ['reconnect', 'keepAlive'] as const) {
    const value: unknown = options[name];
    if (value === undefined || value === false || isObject(value)) continue;
    throw new ConfigError(
      `${name} has to be an object or false, got ${shown(value)}: without it the defaults hold`,
      name,
    );
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : typeof value === 'object' && value ? 'an object' : String(value);
}
