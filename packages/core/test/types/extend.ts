// Checked by `tsc -p tsconfig.test.json`, never run: a line that should not compile and does is an error there.
import {
  attr,
  type BaseXMPP,
  bool,
  child,
  children,
  type ElementList,
  ErrorElement,
  element,
  extend,
  flag,
  Iq,
  int,
  type JID,
  LangMap,
  Message,
  oneOf,
  Presence,
} from '@sestina/core';

const NS = 'urn:example:extend';

class Receipt extends element('receipt', NS, { id: attr('id').required() }) {}

declare module '@sestina/core' {
  interface Message {
    coreTestMarked: boolean;
    coreTestReceipt: Receipt | undefined;
    coreTestOther: 'a' | 'b' | undefined;
    readonly coreTestList: ElementList<Receipt>;
  }
  interface Presence {
    coreTestCount: number | undefined;
  }
  interface ErrorElement {
    coreTestRetry: number | undefined;
  }
}

export function extending(): void {
  extend(Message, { coreTestMarked: flag('marked', NS), coreTestReceipt: child(Receipt) });
  extend(Message, { coreTestOther: attr('other', oneOf('a', 'b')), coreTestList: children(Receipt) }, '@example/x');
  extend(Presence, { coreTestCount: attr('count', int()) });
  extend(ErrorElement, { coreTestRetry: attr('retry', int()) });

  // @ts-expect-error nobody has declared it
  extend(Message, { coreTestUndeclared: flag('x', NS) });
  // @ts-expect-error declared for another class
  extend(Iq, { coreTestMarked: flag('marked', NS) });
  // @ts-expect-error declared as boolean
  extend(Message, { coreTestMarked: attr('marked') });
  // @ts-expect-error declared as boolean, never undefined
  extend(Message, { coreTestMarked: attr('marked', bool) });
  // @ts-expect-error another class
  extend(Message, { coreTestReceipt: child(Message) });
  // @ts-expect-error declared as a number
  extend(Presence, { coreTestCount: attr('count') });
  // @ts-expect-error reading gives more than what is declared
  extend(Message, { coreTestOther: attr('other') });
  // @ts-expect-error reading gives another word
  extend(Message, { coreTestOther: attr('other', oneOf('a', 'c')) });
  // @ts-expect-error what is declared may be written 'b', and this field cannot
  extend(Message, { coreTestOther: attr('other', oneOf('a')) });
}

export function using(message: Message, presence: Presence, xmpp: BaseXMPP): void {
  const marked: boolean = message.coreTestMarked;
  const id: string | undefined = message.coreTestReceipt?.id;
  message.coreTestMarked = !marked;
  message.coreTestOther = id === undefined ? 'a' : undefined;
  presence.coreTestCount = 5;
  message.coreTestList.add(new Receipt({ id: '1' }));
  message.set({ coreTestMarked: true, body: undefined });
  message.set({ to: 'a@b', from: message.from, bodies: { en: 'x' }, coreTestList: [new Receipt({ id: '1' })] });
  message.to = 'a@b';
  message.to = message.from;
  message.to = undefined;
  const to: JID | undefined = message.to;
  presence.from = 'a@b';
  message.bodies = new LangMap({ en: 'x', cs: 'y' });
  const best: string | undefined = message.bodies.best('en');
  const retry: number | undefined = message.error?.coreTestRetry;

  // @ts-expect-error a number
  presence.coreTestCount = '5';
  // @ts-expect-error not among the words
  message.coreTestOther = 'c';
  // @ts-expect-error the list is written to, not the property
  message.coreTestList = new Message().coreTestList;
  // @ts-expect-error no such field
  message.set({ coreTestUnknown: true });
  // @ts-expect-error an address cannot be a number
  message.set({ to: 5 });
  // @ts-expect-error an address cannot be a number
  message.to = 5;
  // @ts-expect-error an address is read as an object
  const text: string | undefined = message.to;
  // @ts-expect-error what only can be read
  presence.set({ isAvailable: true });
  // @ts-expect-error a method is no property
  message.set({ reply: () => message });

  void [to, best, retry, text];
  const undecided: boolean | undefined = marked ? true : undefined;
  xmpp.message({ coreTestMarked: true, body: 'x', to: 'a@b' });
  xmpp.message({ coreTestMarked: undecided, coreTestReceipt: new Receipt({ id: '1' }), type: undefined });
  xmpp.message({ bodies: [['cs', 'x']], coreTestList: [new Receipt({ id: '1' })], to: message.from });
  xmpp.sendMessage({ ...{ to: 'a@b' }, coreTestOther: 'a' });
  xmpp.presence({ coreTestCount: 1, show: 'away', statuses: new Map([['cs', 'x']]) });
  xmpp.iq({ type: 'get', to: 'a@b' });

  // @ts-expect-error a boolean
  xmpp.message({ coreTestMarked: 'yes' });
  // @ts-expect-error no such property
  xmpp.message({ coreTestUnknown: true });
  // @ts-expect-error a method is no property
  xmpp.message({ reply: () => message });
  // @ts-expect-error what only can be read
  xmpp.presence({ isAvailable: true });
  // @ts-expect-error an address cannot be a number
  xmpp.message({ to: 5 });
  // @ts-expect-error the type is asked for
  xmpp.iq({ to: 'a@b' });
}
