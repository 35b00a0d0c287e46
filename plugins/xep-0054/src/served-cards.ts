import { type AddressNode, type Audience, type BaseXMPP, JID, Registration, StanzaError } from '@sestina/core';
import { type DataRequest, defineDataKind } from '@sestina/core/handlers';
import { withoutLargePhoto } from './large-photo.js';
import { NS_VCARD, VCard } from './stanza.js';

/** Who asks for the card of which address of ours. */
export type VCardQuestion = Pick<DataRequest, 'from' | 'jid'>;

/** Gives the cards of a component's addresses. */
export interface VCardProvider {
  /** The card of that address; undefined where it has none, which the asker cannot tell from an address that does not exist. */
  get(question: VCardQuestion): Promise<VCard | undefined> | VCard | undefined;
  /** Takes a card in place of the one before, from who `owner` says may change it. What it throws is the answer. */
  set?(question: VCardQuestion, card: VCard): Promise<void> | void;
  /**
   * Who may change a card.
   * @default nobody
   */
  readonly owner?: ((question: VCardQuestion) => boolean | Promise<boolean>) | undefined;
}

const cardOf = defineDataKind<undefined, VCard>('vCard');
const changeOf = defineDataKind<VCard, 'done'>('change of a vCard');

/** The cards of a component's addresses, for others. */
export class ServedCards {
  readonly #xmpp: BaseXMPP;
  readonly #answer: Audience;
  readonly #maxPhotoBytes: number;
  #places = 0;
  #registrations: Registration[] = []; // bound: three

  constructor(xmpp: BaseXMPP, answer: Audience, maxPhotoBytes: number) {
    this.#xmpp = xmpp;
    this.#answer = answer;
    this.#maxPhotoBytes = maxPhotoBytes;
  }

  serve(provider: VCardProvider, { jid }: Pick<AddressNode, 'jid'>): Registration {
    const { api } = this.#xmpp;
    const place = jid === undefined ? {} : { jid: JID.from(jid) };
    const registrations = [
      api.register(cardOf, ({ from, jid: asked }) => provider.get({ from, jid: asked }), place),
      api.register(changeOf, ({ from, jid: asked, request }) => change(provider, { from, jid: asked }, request), place),
    ];
    if (this.#places++ === 0) this.#open();
    return new Registration(() => {
      for (const registration of registrations) registration.dispose();
      if (--this.#places === 0) for (const opened of this.#registrations.splice(0)) opened.dispose();
    });
  }

  #open(): void {
    const xmpp = this.#xmpp;
    this.#registrations = [
      xmpp.advertise(NS_VCARD),
      xmpp.onIq('get', VCard, async (_query, { from, to }) => {
        const admitted = await xmpp.admits(this.#answer, from, to);
        const question = { jid: to, node: undefined, from, request: undefined };
        const card = admitted ? await xmpp.api.ask(cardOf, question) : undefined;
        // An address that does not exist, and one without a card, are the same to who asks.
        if (!card) throw new StanzaError('service-unavailable');
        return withoutLargePhoto(card, this.#maxPhotoBytes);
      }),
      xmpp.onIq('set', VCard, async (card, { from, to }) => {
        const question = { jid: to, node: undefined, from, request: card };
        if ((await xmpp.api.ask(changeOf, question)) !== 'done') throw new StanzaError('forbidden');
      }),
    ];
  }
}

async function change(provider: VCardProvider, question: VCardQuestion, card: VCard): Promise<'done' | undefined> {
  if (!provider.set || (await provider.owner?.(question)) !== true) return undefined;
  await provider.set(question, card);
  return 'done';
}
