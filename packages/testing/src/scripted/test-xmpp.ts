import { BaseXMPP, JID, type XMPPOptions } from '@sestina/core';
import { type Link, NS_CLIENT, NS_COMPONENT, type SessionOutcome } from '@sestina/core/connection';
import type { Transport, TransportFactory } from '@sestina/core/transport';

/** What a `TestXMPP` is: a client with an account, or a component that speaks for a whole domain. */
export type ScriptedKind = 'client' | 'component';

/**
 * The smallest connection that there can be: opens a stream, reads the features, and has the address that it was given. No
 * TLS, no login, no handshake. For tests of plugins, which see a `BaseXMPP` like any other.
 */
export class TestXMPP extends BaseXMPP {
  override readonly isComponent: boolean;
  readonly #transports: TransportFactory;

  constructor(jid: JID | string, kind: ScriptedKind, transports: TransportFactory, options: XMPPOptions) {
    super(jid, options);
    this.isComponent = kind === 'component';
    this.#transports = transports;
  }

  protected override createTransport(): Transport {
    const kind = this.isComponent ? 'component' : 'client';
    return this.#transports.create({ domain: this.serverDomain, kind });
  }

  protected override async negotiate(link: Link): Promise<SessionOutcome> {
    const { isComponent, serverDomain } = this;
    const contentNamespace = isComponent ? NS_COMPONENT : NS_CLIENT;
    await link.openStream(
      { to: serverDomain, contentNamespace, version: isComponent ? undefined : '1.0' },
      { contentNamespace, from: serverDomain, versioned: !isComponent },
    );
    // XEP-0114 streams have no features.
    if (!isComponent) await link.receive();
    this.setBoundJid(this.requestedJid);
    return 'new';
  }
}

/** The address that a scripted stream has unless it is given one. */
export function defaultJid(kind: ScriptedKind): JID {
  return JID.parse(kind === 'component' ? 'component.example.org' : 'alice@example.org/phone');
}
