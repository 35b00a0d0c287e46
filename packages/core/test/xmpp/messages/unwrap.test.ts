import { describe, expect, it } from 'vitest';
import { viewOf } from '../../../src/stanza/element.js';
import { Message } from '../../../src/stanza/message.js';
import { Callback } from '../../../src/stream/handlers.js';
import { MatchPath } from '../../../src/stream/matchers.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online } from '../../helpers/stream-xmpp.js';
import { BOB, CAROL, inner, listen, message, takeOut, Wrapped, wrapped } from '../../helpers/wrapped.js';

watchRejections();

const LAPTOP = 'alice@example.org/laptop';

describe('a message in a message', () => {
  it('is heard in place of the outer one, with what is known of it, by those who ask for its source', async () => {
    const xmpp = await online();
    takeOut(xmpp, { by: xmpp.requestedJid.bare });
    const seen = listen(xmpp);
    const plain: string[] = [];
    xmpp.onMessage(({ id }) => plain.push(id ?? ''));
    const heard: Message[] = [];
    xmpp.onMessage((said) => heard.push(said), { sources: ['carbon'] });
    await xmpp.receive(wrapped(inner(LAPTOP, BOB, 'i1')) + message(BOB, 'm1'));
    expect([seen, plain]).toEqual([{ event: ['m1'], heard: ['i1', 'm1'], errors: [] }, ['m1']]);
    const { context } = heard[0] as Message;
    expect(heard[0]?.stream).toBe(xmpp);
    expect(() => heard[0]?.xml.setAttribute('id', 'x')).toThrow(/read-only/);
    expect(context).toMatchObject({ way: 'out', source: 'carbon', kind: 'chat', class: 'content', history: false });
    expect([context.by?.full, context.peer.full, context.author.jid.full, context.outer.id]).toEqual([
      'alice@example.org',
      'bob@example.net',
      'alice@example.org',
      'outer',
    ]);
  });

  it('leaves the outer one to stream handlers', async () => {
    const xmpp = await online();
    takeOut(xmpp);
    const seen: unknown[] = [];
    xmpp.registerHandler(new Callback('wire', new MatchPath('message'), ({ xml }) => seen.push(xml.attribute('id'))));
    await xmpp.receive(wrapped(inner(LAPTOP, BOB, 'i1')));
    expect(seen).toEqual(['outer']);
  });

  it.each([
    [
      'a message in a message in a message',
      wrapped(inner(LAPTOP, BOB, 'i1', `<wrapped xmlns='urn:test:wrap'>${inner(LAPTOP, BOB, 'i2')}</wrapped>`)),
    ],
    [
      'two that are wrapped',
      wrapped(`${inner(LAPTOP, BOB, 'i1')}</wrapped><wrapped xmlns='urn:test:wrap'>${inner(LAPTOP, BOB, 'i2')}`),
    ],
    ['one with an address that cannot be read', wrapped(inner('@@', BOB, 'i1'))],
    ['one to an address that cannot be read', wrapped(inner(BOB, 'a@b@c', 'i1'))],
  ])('is told to nobody where it is %s', async (_what, text) => {
    const xmpp = await online();
    takeOut(xmpp);
    const seen = listen(xmpp);
    await xmpp.receive(text + message(BOB, 'm1'));
    expect(seen).toEqual({ event: ['m1'], heard: ['m1'], errors: [] });
    expect(xmpp.messages.dropped).toBe(1);
  });

  it('that is refused never passes for an ordinary one, whatever body stands beside it', async () => {
    const xmpp = await online();
    xmpp.messages.unwrap(Wrapped, ({ from }) => (from?.full === 'alice@example.org' ? undefined : 'drop'));
    const seen = listen(xmpp);
    await xmpp.receive(message('mallory@evil.example/x', 'forged', 'pay me', "<wrapped xmlns='urn:test:wrap'/>"));
    expect(seen).toEqual({ event: [], heard: [], errors: [] });
    // What nobody calls a wrapper is a message with an element that nobody knows.
    await xmpp.receive(message('alice@example.org', 'own', 'note', "<wrapped xmlns='urn:test:wrap'/>"));
    expect(seen.event).toEqual(['own']);
  });

  it('is dropped where taking it out fails, and the failure is reported', async () => {
    const xmpp = await online();
    xmpp.messages.unwrap(Wrapped, () => {
      throw new Error('boom');
    });
    const seen = listen(xmpp);
    await xmpp.receive(wrapped(inner(LAPTOP, BOB, 'i1')));
    expect(seen).toEqual({ event: [], heard: [], errors: ['unwrapping <wrapped/>: boom'] });
  });

  it('of type error is for those who ask for errors, and no event', async () => {
    const xmpp = await online();
    takeOut(xmpp);
    const seen = listen(xmpp);
    const errors: unknown[] = [];
    xmpp.on('messageError', ({ id }) => errors.push(id));
    xmpp.onMessage(({ id }) => errors.push(id), { type: 'error', sources: ['carbon'] });
    await xmpp.receive(wrapped(inner(BOB, LAPTOP, 'i1').replace(' id=', " type='error' id=")));
    expect([seen.heard, errors]).toEqual([[], ['i1']]);
  });

  it('is taken out of an error where it is one itself, as in a copy of an error', async () => {
    const xmpp = await online();
    takeOut(xmpp);
    const errors: unknown[] = [];
    xmpp.on('messageError', ({ id }) => errors.push(id));
    for (const sources of [['stream'], ['carbon']] as const) {
      xmpp.onMessage(({ id, context }) => errors.push([id, context.source]), { type: 'error', sources });
    }
    const error = (text: string): string => text.replaceAll(' id=', " type='error' id=");
    await xmpp.receive(error(wrapped(inner(BOB, LAPTOP, 'i1'))));
    expect(errors.splice(0)).toEqual([['i1', 'carbon']]);
    // Whoever refuses a message may send back what was in it.
    await xmpp.receive(wrapped(inner(LAPTOP, BOB, 'i2')).replace(' id=', " type='error' id="));
    xmpp.messages.unwrap(Wrapped, () => 'drop');
    await xmpp.receive(error(wrapped(inner(BOB, LAPTOP, 'i3'), BOB)));
    expect(errors).toEqual(['outer', ['outer', 'stream'], 'outer', ['outer', 'stream']]);
  });

  it('is taken by who asked for it: nobody hears of it, and nothing was refused', async () => {
    const xmpp = await online();
    xmpp.messages.unwrap(Wrapped, () => 'taken');
    const seen = listen(xmpp);
    const wire: unknown[] = [];
    xmpp.registerHandler(new Callback('wire', new MatchPath('message'), ({ xml }) => wire.push(xml.attribute('id'))));
    await xmpp.receive(wrapped(inner(LAPTOP, BOB, 'i1')) + message(BOB, 'm1'));
    expect([seen.heard, seen.event, wire]).toEqual([['m1'], ['m1'], ['outer', 'm1']]);
    expect(xmpp.messages.dropped).toBe(0);
  });

  it('is an ordinary one again once the registration is disposed of', async () => {
    const xmpp = await online();
    xmpp.messages.unwrap(Wrapped, () => 'drop').dispose();
    const seen = listen(xmpp);
    await xmpp.receive(wrapped(inner(CAROL, BOB, 'i1')));
    expect(seen.heard).toEqual(['outer']);
  });

  it('does not mix two connections', async () => {
    const [one, other] = [await online(), await online()];
    takeOut(one);
    const [a, b] = [listen(one), listen(other)];
    for (const xmpp of [one, other]) await xmpp.receive(wrapped(inner(LAPTOP, BOB, 'i1')));
    expect([a.heard, b.heard]).toEqual([['i1'], ['outer']]);
  });
});

describe('the context of a message', () => {
  it('is there without any step, and says who speaks with whom', async () => {
    const xmpp = await online();
    const heard: Message[] = [];
    xmpp.on('message', (said) => heard.push(said));
    await xmpp.receive(
      message(BOB, 'm1') + message('room@muc.example/nick', 'r1').replace(' id=', " type='groupchat' id="),
    );
    const [chat, room] = heard.map(({ context }) => context);
    expect(chat).toMatchObject({ way: 'in', source: 'stream', kind: 'chat', class: 'content', by: undefined });
    expect([chat?.peer.full, chat?.author.jid.full, chat?.outer === heard[0]]).toEqual([
      'bob@example.net',
      'bob@example.net',
      true,
    ]);
    expect([room?.kind, room?.peer.full, room?.author.jid.full]).toEqual([
      'room',
      'room@muc.example',
      'room@muc.example/nick',
    ]);
    expect(heard[0]?.context).toBe(chat);
    expect(heard[0]?.copy().context).toBe(chat);
  });

  it('is one with a room, or with an occupant of it, where somebody claims the room', async () => {
    const xmpp = await online();
    const seen: unknown[] = [];
    xmpp.onMessage(({ context }) => seen.push([context.kind, context.peer.full, context.author.jid.full]));
    const text = message('room@muc.example/nick', 'p1') + message('room@muc.example', 'i1');
    const claim = xmpp.claim('room@muc.example', { kind: 'room' });
    await xmpp.receive(text);
    claim.dispose();
    await xmpp.receive(text);
    expect(seen).toEqual([
      ['private', 'room@muc.example/nick', 'room@muc.example/nick'],
      ['room', 'room@muc.example', 'room@muc.example'],
      ['chat', 'room@muc.example', 'room@muc.example'],
      ['chat', 'room@muc.example', 'room@muc.example'],
    ]);
  });

  it('of one without a sender is that of our account', async () => {
    const xmpp = await online();
    const got = xmpp.wait('message');
    await xmpp.receive("<message id='m1'><body>x</body></message>");
    expect((await got).context.peer.full).toBe('alice@example.org');
  });

  it('of one that is made here is on its way out; of one of no stream there is none', async () => {
    const xmpp = await online();
    const made = xmpp.message({ to: BOB, body: 'x' });
    expect(made.context).toMatchObject({ way: 'out', source: 'stream' });
    expect([made.context.peer.full, made.context.author.jid.full]).toEqual(['bob@example.net', 'alice@example.org']);
    expect(() => new Message({ to: BOB }).context).toThrow(TypeError);
  });

  it('of a component is that of the address that is written to', async () => {
    const xmpp = await online({ jid: 'component.example.org', component: true });
    const got = xmpp.wait('message');
    await xmpp.receive(`<message from='${BOB}' to='bot@component.example.org/a' id='m1'><body>x</body></message>`);
    const { context, xml } = await got;
    expect([context.way, context.peer.full]).toEqual(['in', 'bob@example.net']);
    expect(viewOf(Message, xml).context).toBe(context);
  });
});

describe('describe() and classify()', () => {
  it('come before anybody hears the message, and one that fails does not keep the others from it', async () => {
    const xmpp = await online();
    const seen = listen(xmpp);
    xmpp.messages.describe(() => {
      throw new Error('boom');
    });
    xmpp.messages.describe((_message, context) => {
      context.sentAt = new Date(0);
    });
    const got = xmpp.wait('message');
    await xmpp.receive(message(BOB, 'm1'));
    expect((await got).context.sentAt).toEqual(new Date(0));
    expect(seen.errors).toEqual(['describing a message: boom']);
  });

  it('leave a message to onMessage alone where it is no content, also one with a body', async () => {
    const xmpp = await online();
    const seen = listen(xmpp);
    const classes: string[] = [];
    xmpp.onMessage(({ context }) => classes.push(context.class));
    const registration = xmpp.messages.classify(Wrapped, () => 'annotation');
    const text = message(BOB, 'm1', 'x', "<wrapped xmlns='urn:test:wrap'/>");
    await xmpp.receive(text);
    expect([seen, classes]).toEqual([{ event: [], heard: ['m1'], errors: [] }, ['annotation']]);
    registration.dispose();
    await xmpp.receive(text);
    expect([seen.event, classes]).toEqual([['m1'], ['annotation', 'content']]);
  });

  it('take what is more to read of several, raise a message without a body that is content, and survive a failure', async () => {
    const xmpp = await online();
    const seen = listen(xmpp);
    xmpp.messages.classify(Wrapped, () => 'signal');
    xmpp.messages.classify(Wrapped, () => undefined);
    xmpp.messages.classify(Wrapped, () => 'content');
    xmpp.messages.classify(Wrapped, () => 'annotation');
    xmpp.messages.classify(Wrapped, () => {
      throw new Error('boom');
    });
    await xmpp.receive(`<message from='${BOB}' id='m1'><wrapped xmlns='urn:test:wrap'/></message>`);
    expect(seen).toEqual({ event: ['m1'], heard: ['m1'], errors: ['classifying <wrapped/>: boom'] });
  });

  it('keep history and copies out of the event', async () => {
    const xmpp = await online();
    const seen = listen(xmpp);
    xmpp.messages.describe((said, context) => {
      if (said.id === 'h1') context.source = 'history';
    });
    await xmpp.receive(message(BOB, 'h1') + message(BOB, 'm1'));
    expect(seen).toEqual({ event: ['m1'], heard: ['h1', 'm1'], errors: [] });
  });
});
