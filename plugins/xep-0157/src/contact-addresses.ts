import { type AddressNode, BaseXMPP, type JID, Plugin, type Registration } from '@sestina/core';
import { type InfoOptions, ServiceDiscovery } from '@sestina/xep-0030';
import { DiscoveryExtensions } from '@sestina/xep-0128';
import { type Contacts, type ContactsInit, contactsIn, formOf, NS_SERVERINFO } from './contacts.js';

/** XEP-0157: Contact Addresses for XMPP Services, version 1.1.1. Whom to turn to at a service, and at ours. */
export class ContactAddresses extends Plugin {
  static override readonly id = 'xep-0157';
  static override readonly inject = [BaseXMPP, ServiceDiscovery, DiscoveryExtensions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;
  readonly #extensions: DiscoveryExtensions;

  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery, extensions: DiscoveryExtensions) {
    super();
    this.#xmpp = xmpp;
    this.#disco = disco;
    this.#extensions = extensions;
  }

  /**
   * Whom to turn to. A service that tells nothing has nobody.
   * @param domain Undefined: our server.
   * @throws what `ServiceDiscovery.info()` throws.
   */
  of(domain?: JID | string, options: InfoOptions = {}): Promise<Contacts> {
    return this.untilRemoved(options.signal, async (signal) => {
      // Without an address it would be our account that is asked.
      const info = await this.#disco.info(domain ?? this.#xmpp.serverDomain, { ...options, signal });
      return contactsIn(info.form(NS_SERVERINFO));
    });
  }

  /**
   * Tells everybody whom to turn to at this program, until the registration is disposed of: `{ abuse: ['mailto:abuse@example.org'] }`.
   * @param place Default: all of our addresses.
   * @throws TypeError for what is no link by mail, of XMPP or to a page.
   */
  serve(contacts: ContactsInit, place: AddressNode = {}): Registration {
    return this.own(this.#extensions.add(formOf(contacts), place));
  }
}
