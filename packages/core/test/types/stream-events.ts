// Checked by the compiler only: what is wrong here has to be an error.
import type { Message } from '../../src/stanza/message.js';
import type { BaseXMPP } from '../../src/xmpp/base-xmpp.js';

export function typedEvents(xmpp: BaseXMPP): void {
  xmpp.on('message', (message) => message.body?.toUpperCase());
  xmpp.on('disconnected', ({ reason, willReconnect }) => `${reason.message}${willReconnect}`);
  void xmpp.wait('message', { filter: (message) => message.type === 'chat' }).then((message: Message) => message.body);
  // @ts-expect-error there is no such event
  xmpp.on('mesage', () => {});
  // @ts-expect-error a message has no such property
  xmpp.on('message', (message) => message.bdy);
  // @ts-expect-error the data of an event is checked
  xmpp.emit('disconnected', { reason: 'no error' });
  // @ts-expect-error an event without its data
  xmpp.emit('rosterUpdate', {});
}
