import { attr, bool, child, children, dateTime, declareSecret, element, int, oneOf } from '@sestina/core';
import { Form } from '@sestina/xep-0004';

/** The namespace, which is the feature, too. */
export const NS_EXTDISCO = 'urn:xmpp:extdisco:2';
/** What older servers have. */
export const NS_EXTDISCO_1 = 'urn:xmpp:extdisco:1';

const service = {
  /** What a push says of the service (XEP-0215 §3.2). `remove` is what the table in §2 calls `delete`. */
  action: attr('action', oneOf('add', 'modify', 'delete', 'remove'))
    .lenient()
    .default('add'),
  /** When name and password are not taken any more, by the server's clock. */
  expires: attr('expires', dateTime).lenient(),
  /** A domain name, or an IP address. */
  host: attr('host').required(),
  /** For people. */
  name: attr('name'),
  password: attr('password'),
  port: attr('port', int(0, 65_535)).lenient(),
  /** Whether it takes nobody without a password, which is to be asked for where it is not here. */
  restricted: attr('restricted', bool).lenient().default(false),
  /** `udp` or `tcp`, most often. */
  transport: attr('transport'),
  /** `stun`, `turn`, `turns`, `ftp`. */
  type: attr('type').required(),
  username: attr('username'),
  /** What else there is to know (XEP-0215 §4). */
  extended: child(Form),
};

/** `<service/>`: a service outside of XMPP (XEP-0215 §2). */
export class Service extends element('service', NS_EXTDISCO, service) {}

/** `<services/>`: the question, its answer, and pushes (XEP-0215 §3.1, §3.2). */
export class Services extends element('services', NS_EXTDISCO, {
  /** The only type that it is about. */
  type: attr('type'),
  services: children(Service),
}) {}

/** `<credentials/>`: asks for a password (XEP-0215 §3.3). */
export class Credentials extends element('credentials', NS_EXTDISCO, { services: children(Service) }) {}

/** `<service/>` of older servers. */
export class LegacyService extends element('service', NS_EXTDISCO_1, service) {}
/** `<services/>` of older servers. */
export class LegacyServices extends element('services', NS_EXTDISCO_1, {
  type: attr('type'),
  services: children(LegacyService),
}) {}
/** `<credentials/>` of older servers. */
export class LegacyCredentials extends element('credentials', NS_EXTDISCO_1, { services: children(LegacyService) }) {}

for (const namespace of [NS_EXTDISCO, NS_EXTDISCO_1]) {
  declareSecret({ namespace, name: Service.tag, attribute: 'password' });
}
