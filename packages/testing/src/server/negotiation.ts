import { JID, type StanzaErrorCondition, XmlElement } from '@sestina/core';
import { NS_CLIENT, NS_COMPONENT } from '@sestina/core/connection';
import { NS_STREAM, type StreamHeader } from '@sestina/core/transport';
import { ClientStanzas } from './client-stanzas.js';
import { ComponentStream } from './component-stream.js';
import type { SessionFeature } from './manners.js';
import {
  NS_BIND,
  NS_PRE_APPROVAL,
  NS_ROSTER_VERSIONING,
  NS_SASL,
  NS_SESSION,
  NS_SM,
  NS_STARTTLS,
} from './namespaces.js';
import type { ServerParts } from './parts.js';
import { SaslNegotiation } from './sasl-negotiation.js';
import type { ServerStream, StreamReceiver } from './server-stream.js';
import type { Account, Session } from './session.js';
import { findKept, goOn, manage, remember } from './sm-negotiation.js';
import { errorOf, isStanza, resultOf } from './stanzas.js';

const FEATURES: Readonly<Record<SessionFeature, () => XmlElement>> = {
  bind: () => new XmlElement('bind', NS_BIND),
  'required-bind': () => new XmlElement('bind', NS_BIND).append(new XmlElement('required', NS_BIND)),
  session: () => new XmlElement('session', NS_SESSION).append(new XmlElement('optional', NS_SESSION)),
  sub: () => new XmlElement('sub', NS_PRE_APPROVAL),
  ver: () => new XmlElement('ver', NS_ROSTER_VERSIONING),
};

/** From the first byte of a connection to the first stanza (RFC 6120 §4 to §7). @internal */
export class Negotiation implements StreamReceiver {
  readonly #parts: ServerParts;
  readonly #sasl: SaslNegotiation;
  readonly #whenOver: (session: Session) => void;
  #session: Session;
  #stanzas: ClientStanzas | undefined;
  #component: ComponentStream | undefined;

  constructor(parts: ServerParts, session: Session, whenOver: (session: Session) => void) {
    this.#parts = parts;
    this.#session = session;
    this.#sasl = new SaslNegotiation(parts, session);
    this.#whenOver = whenOver;
  }

  header(header: StreamHeader): void {
    const session = this.#session;
    const { contentNamespace } = header;
    if (header.name !== 'stream' || header.namespace !== NS_STREAM) {
      session.kick('invalid-namespace', `the root has to be <stream> of ${NS_STREAM}`);
    } else if (contentNamespace === NS_COMPONENT && session.kind !== 'client') {
      session.kind = 'component';
      this.#component = new ComponentStream(this.#parts, session);
      this.#component.header(header);
    } else if (contentNamespace === NS_CLIENT) {
      session.kind = 'client';
      this.#clientHeader(header);
    } else session.kick('invalid-namespace', `here it is ${NS_CLIENT} or ${NS_COMPONENT}`);
  }

  element(element: XmlElement): undefined | Promise<void> {
    const { account } = this.#session;
    if (this.#component) return this.#component.element(element);
    if (element.namespace === NS_STARTTLS && element.name === 'starttls' && !account) return this.#startTls();
    if (element.namespace === NS_SASL && !account) return this.#login(element);
    if (this.#stanzas) this.#bound(this.#stanzas, element);
    else if (account) this.#beforeBinding(account, element);
    else this.#session.kick('not-authorized', 'log in first');
  }

  closed(stream: ServerStream, ended: boolean): void {
    const session = this.#session;
    // It was resumed on another connection.
    if (session.stream !== stream) return;
    const { counts, keptAtEnd } = session;
    if (!counts?.resumable || (ended && !keptAtEnd)) {
      this.#over(session);
      return;
    }
    session.kept = true;
    counts.expireOn(this.#parts.clock, () => session.expire());
  }

  #over(session: Session): void {
    const { account, counts, jid } = session;
    session.kept = false;
    counts?.stay();
    if (account && jid?.resource && account.sessions.get(jid.resource) === session) {
      account.sessions.delete(jid.resource);
      this.#parts.presence.ended(session, account);
      if (counts) {
        remember(account, counts);
        // As if they came only now (XEP-0198 §5); presence was of that time.
        for (const stanza of counts.unacked) if (stanza.name !== 'presence') this.#parts.router.route(stanza);
      }
    }
    if (account?.password === undefined && account?.sessions.size === 0) this.#parts.accounts.delete(account);
    if (session.kind === 'component' && jid) this.#parts.components.leave(jid.domain, session);
    this.#whenOver(session);
  }

  #bound(stanzas: ClientStanzas, element: XmlElement): void {
    if (element.namespace === NS_SM) {
      manage(this.#parts, this.#session, element);
      return;
    }
    if (isStanza(element)) this.#session.counts?.receives();
    stanzas.handle(element);
  }

  /** Gives the connection to the session that was kept, or that does not know yet that its own is gone. */
  #resume(account: Account, element: XmlElement): void {
    const asking = this.#session;
    const kept = findKept(asking, account, element);
    if (!kept?.counts || !kept.jid) return;
    const { stream } = asking;
    const before = kept.stream;
    kept.attach(stream);
    before.fail('conflict', 'the session was resumed on another connection');
    this.#session = kept;
    this.#whenOver(asking);
    this.#stanzas = new ClientStanzas(this.#parts, kept, account, kept.jid);
    kept.whenOver = () => this.#over(kept);
    goOn(kept, kept.counts, element);
  }

  #clientHeader({ to, version }: StreamHeader): void {
    const session = this.#session;
    const { domain } = this.#parts.settings;
    if (to === undefined) session.kick('improper-addressing', "the stream header needs a 'to'");
    else if (JID.tryParse(to)?.full !== domain) session.kick('host-unknown', `this is ${domain}`);
    else if (!/^[1-9]\d*\.\d+$/.test(version ?? '')) session.kick('unsupported-version', 'version 1.0 is needed');
    else {
      session.stream.sendHeader(NS_CLIENT, '1.0');
      session.send(this.#features());
    }
  }

  #features(): XmlElement {
    const features = new XmlElement('features', NS_STREAM);
    if (this.#session.account) {
      const { manners, streamManagement } = this.#parts.settings;
      features.append(...manners.features.map((feature) => FEATURES[feature]()));
      return streamManagement ? features.append(new XmlElement('sm', NS_SM)) : features;
    }
    const { starttls } = this.#parts.settings;
    if (this.#offersTls()) {
      const offer = new XmlElement('starttls', NS_STARTTLS);
      features.append(starttls === 'required' ? offer.append(new XmlElement('required', NS_STARTTLS)) : offer);
    }
    const { offered } = this.#sasl;
    if (offered.length > 0) {
      const mechanisms = new XmlElement('mechanisms', NS_SASL);
      for (const name of offered) mechanisms.append(new XmlElement('mechanism', NS_SASL).append(name));
      features.append(mechanisms);
    }
    return features;
  }

  #offersTls(): boolean {
    return this.#parts.settings.starttls !== 'off' && this.#session.stream.link.canStartTls;
  }

  async #startTls(): Promise<void> {
    const session = this.#session;
    if (!this.#offersTls()) {
      session.send(new XmlElement('failure', NS_STARTTLS));
      session.close();
      return;
    }
    session.stream.deafen();
    session.send(new XmlElement('proceed', NS_STARTTLS));
    try {
      await session.stream.link.acceptTls();
    } catch {
      session.drop();
      return;
    }
    session.stream.restart();
  }

  async #login(element: XmlElement): Promise<void> {
    const account = await this.#sasl.element(element);
    if (!account || this.#session.closed) return;
    this.#session.account = account;
    this.#session.stream.trust();
    this.#session.stream.restart();
  }

  #beforeBinding(account: Account, element: XmlElement): void {
    const session = this.#session;
    if (element.namespace === NS_SM && this.#parts.settings.streamManagement) {
      if (element.name === 'resume') this.#resume(account, element);
      else manage(this.#parts, session, element);
      return;
    }
    const bind = element.name === 'iq' && element.namespace === NS_CLIENT && element.child('bind', NS_BIND);
    if (!bind || element.attribute('type') !== 'set') {
      session.kick('not-authorized', 'bind a resource first');
      return;
    }
    const wanted = bind.child('resource')?.text;
    const jid = JID.tryParse(`${account.bare}/${wanted || this.#parts.random.id()}`);
    if (!jid?.resource) {
      this.#refuse(element, 'bad-request');
      return;
    }
    // The new one wins (RFC 6120 §7.7.2.2): the old one may be a connection that died unnoticed.
    account.sessions.get(jid.resource)?.kick('conflict', 'another connection took this resource');
    account.sessions.set(jid.resource, session);
    session.jid = jid;
    session.whenOver = () => this.#over(session);
    this.#stanzas = new ClientStanzas(this.#parts, session, account, jid);
    const answer = new XmlElement('bind', NS_BIND).append(new XmlElement('jid', NS_BIND).append(jid.full));
    session.send(resultOf(element, answer));
  }

  #refuse(iq: XmlElement, condition: StanzaErrorCondition): void {
    const error = errorOf(iq, condition);
    if (error) this.#session.send(error);
  }
}
