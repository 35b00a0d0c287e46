// Checked by the compiler only: what is wrong here has to be an error.
import { element } from '../../src/stanza/element.js';
import { attr } from '../../src/stanza/fields.js';
import type { Iq } from '../../src/stanza/iq.js';
import type { BaseXMPP } from '../../src/xmpp/base-xmpp.js';

class Receipt extends element('receipt', 'urn:test:receipt', { of: attr('of') }) {}

export async function typedListeners(xmpp: BaseXMPP): Promise<void> {
  xmpp.onMessage(({ body }, { of }) => [body, of?.length], { payload: Receipt, type: ['chat', 'normal'] });
  xmpp.onMessage((message, payload: undefined) => [message, payload]);
  xmpp.onPresence((presence, receipt) => [presence.show, receipt.of], {
    payload: Receipt,
    sequential: ({ from }) => from,
  });
  xmpp.onIq('set', Receipt, ({ of }, { from }) => new Receipt({ of: `${of}${from}` }), { from: 'account' });
  const asked: Iq = await xmpp.iqGet('a@b', new Receipt());
  const answered: Receipt = await xmpp.iqSet(undefined, new Receipt(), { answer: Receipt, timeout: 1 });
  xmpp.logger.debug(`${asked.type}${answered.of}`);
  // @ts-expect-error the callback comes first
  xmpp.onMessage(Receipt, () => {});
  // @ts-expect-error without a payload there is none
  xmpp.onMessage((_message, { of }) => of);
  // @ts-expect-error presence has no sources
  xmpp.onPresence(() => {}, { sources: ['carbon'] });
  // @ts-expect-error there is no such type of message
  xmpp.onMessage(() => {}, { type: 'chats' });
  // @ts-expect-error there is no such source
  xmpp.onMessage(() => {}, { sources: ['carbons'] });
  // @ts-expect-error without an answer class it is the iq
  const wrong: Receipt = await xmpp.iqGet('a@b', new Receipt(), { timeout: 1 });
  xmpp.logger.debug(`${wrong.of}`);
}
