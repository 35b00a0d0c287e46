import { type JID, StanzaValueError } from '@sestina/core';
import type { Form } from '@sestina/xep-0004';
import { hostOf } from './host.js';
import type { LegacyService, Service } from './stanza.js';

/** What tells a service from others. */
export interface ServiceAddress {
  readonly type: string;
  readonly host: string;
  readonly port?: number | undefined;
}

/** A service outside of XMPP, as a server tells of it. */
export class ExternalService implements ServiceAddress {
  /** What it is: `stun`, `turn`, `turns`. */
  readonly type: string;
  /** A domain name in ASCII, an IPv4 address, or an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number | undefined;
  /** In lower case: `udp`, `tcp`. */
  readonly transport: string | undefined;
  /** For people. */
  readonly name: string | undefined;
  /** Whether it takes nobody without a password. */
  readonly restricted: boolean;
  readonly username: string | undefined;
  /** Not shown where the object is logged, or made JSON of. */
  declare readonly password: string | undefined;
  /** When the password is not taken any more, by the clock of the server that told it. */
  readonly expires: Date | undefined;
  /** What else there is to know (XEP-0215 §4), read-only. */
  readonly extended: Form | undefined;

  /** @internal */
  constructor(
    /** Who told of it. */
    readonly server: JID,
    init: Omit<ExternalService, 'server'>,
  ) {
    this.type = init.type;
    this.host = init.host;
    this.port = init.port;
    this.transport = init.transport;
    this.name = init.name;
    this.restricted = init.restricted;
    this.username = init.username;
    Object.defineProperty(this, 'password', { value: init.password, enumerable: false });
    this.expires = init.expires;
    this.extended = init.extended;
  }
}

// Characters: a list of such services is kept whole.
const MAX_CREDENTIALS = 2_048;
const MAX_EXTENDED = 2_048;
const MAX_NAME = 256;

/** The service that an element tells of; undefined where its host or its type is none. */
export function serviceOf(server: JID, element: Service | LegacyService): ExternalService | undefined {
  try {
    const host = hostOf(element.host);
    if (host === undefined || !/^[\w.-]{1,64}$/.test(element.type)) return undefined;
    const { type, port, transport, name, restricted, username, password, expires, extended } = element;
    if (`${username ?? ''}${password ?? ''}`.length > MAX_CREDENTIALS) return undefined;
    const more = extended && extended.toString().length <= MAX_EXTENDED ? extended.compact() : undefined;
    return new ExternalService(server, {
      ...{ type, host, restricted, username, password, expires },
      name: name?.slice(0, MAX_NAME),
      port: port || undefined,
      transport: transport?.slice(0, 16).toLowerCase(),
      extended: more,
    });
  } catch (error) {
    if (error instanceof StanzaValueError) return undefined;
    throw error;
  }
}

/** The same service with the password of another answer. */
export function withCredentials(
  service: ExternalService,
  { username, password, expires }: ExternalService,
): ExternalService {
  return new ExternalService(service.server, { ...service, username, password, expires });
}

/** Whether a service is at that address: what is not named there does not matter. */
export function isAt(
  service: ExternalService,
  { type, host, port, transport }: ServiceAddress & { readonly transport?: string | undefined },
): boolean {
  if (service.type !== type || service.host !== host) return false;
  return (port === undefined || service.port === port) && (transport === undefined || service.transport === transport);
}

/** Whether two are the same service. */
export function isSame(a: ExternalService, b: ExternalService): boolean {
  return isAt(a, { ...b, transport: undefined }) && a.port === b.port && isOneWay(a.transport, b.transport);
}

const isOneWay = (a: string | undefined, b: string | undefined): boolean =>
  a === undefined || b === undefined || a === b;

/** Whether two lists say the same, passwords included. */
export function sameServices(a: readonly ExternalService[], b: readonly ExternalService[]): boolean {
  const text = (services: readonly ExternalService[]): string =>
    JSON.stringify(services.map((service) => [service, service.password, service.extended?.toString()]));
  return text(a) === text(b);
}

/** Bytes of memory, estimated. */
export function weightOfServices(services: readonly ExternalService[]): number {
  const texts = services.flatMap(({ name, username, password, extended }) => [
    name,
    username,
    password,
    extended?.toString(),
  ]);
  return texts.reduce((sum, text) => sum + 2 * (text?.length ?? 0), services.length * 600);
}
