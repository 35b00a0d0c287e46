import { type BaseXMPP, type JID, type Registration, StreamError, type XmlElement } from '@sestina/core';
import type { Link } from '@sestina/core/connection';
import { BindFeatures } from '@sestina/xep-0386/inline';
import { InlineFeatures } from '@sestina/xep-0388/inline';
import type { Resumption, Wish } from './resumption.js';
import { Enabled, Failed, NS_SM, Resumed } from './stanza.js';

/** What stream management asks for within a login (XEP-0198 §9), where SASL2 and Bind 2 are installed. */
export class Inline {
  readonly #xmpp: BaseXMPP;
  readonly #resumption: Resumption;
  #wish: Wish | undefined;
  /** What the server has said to `<enable/>`, and on which connection. */
  #answer: { readonly link: Link; readonly xml: XmlElement } | undefined;

  /** @param enable Asks the server to count. */
  constructor(xmpp: BaseXMPP, resumption: Resumption, enable: () => XmlElement) {
    this.#xmpp = xmpp;
    this.#resumption = resumption;
    this.registrations = [
      xmpp.plugins.whenInstalled(InlineFeatures, (features) =>
        features.inline({
          namespace: NS_SM,
          resumes: true,
          offer: async (_offered, { context }) => {
            this.#wish = await this.#resumption.wish(context.signal);
            return this.#wish?.element;
          },
          done: ({ success, jid }, { context }) => {
            const wish = this.#wish;
            this.#wish = undefined;
            // No answer is a failure that says nothing.
            const answer = success.child(Resumed.tag, NS_SM) ?? success.child(Failed.tag, NS_SM) ?? new Failed().xml;
            if (answer.name === Resumed.tag) this.#checkAddress(jid, context.link);
            return wish?.take(answer, context);
          },
        }),
      ),
      xmpp.plugins.whenInstalled(BindFeatures, (features) =>
        features.inline({
          namespace: NS_SM,
          request: () => {
            this.#answer = undefined;
            return enable();
          },
          response: (bound, { link }) => {
            const xml = bound.child(Enabled.tag, NS_SM) ?? bound.child(Failed.tag, NS_SM);
            this.#answer = xml && { link, xml: xml.compact() };
          },
        }),
      ),
    ];
  }

  readonly registrations: readonly Registration[];

  /** What the server of the session that begins now has said to `<enable/>` within the login; once. */
  takeAnswer(): XmlElement | undefined {
    const { link, xml } = this.#answer ?? {};
    this.#answer = undefined;
    return link && link.transport === this.#xmpp.transport ? xml : undefined;
  }

  /** @throws StreamError where the server resumes the session of another resource; it is told. */
  #checkAddress(jid: JID, link: Link): void {
    const { boundJid } = this.#xmpp;
    if (!jid.resource || !boundJid || jid.equals(boundJid)) return;
    const error = new StreamError('undefined-condition', { text: 'the server resumed another session than ours' });
    link.fail(error);
    throw error;
  }
}
