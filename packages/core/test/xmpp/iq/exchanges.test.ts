import { describe, expect, it } from 'vitest';
import { JID } from '../../../src/jid/index.js';
import { Message } from '../../../src/stanza/message.js';
import { Presence } from '../../../src/stanza/presence.js';
import { watchRejections } from '../../helpers/stream-rejections.js';
import { online, type TestXMPP } from '../../helpers/stream-xmpp.js';

watchRejections();

const ROOM = 'room@muc.example';
const ME = `${ROOM}/me`;
const outcome = <T>(promise: Promise<T>): Promise<T | Error> =>
  promise.then(
    (value) => value,
    (error: Error) => error,
  );
const isSelf = ({ xml }: Presence): boolean => xml.child('status', 'urn:test:self') !== undefined;
const self = (from: string, more = ''): string =>
  `<presence from='${from}' ${more}><status xmlns='urn:test:self'/></presence>`;

/** Enters a room; the id of the presence with it. */
function join(xmpp: TestXMPP, more: object = {}): { answer: Promise<Presence | Error>; id: string } {
  const presence = xmpp.presence({ to: ME });
  const answer = outcome(xmpp.exchange(presence, { answer: Presence, accept: isSelf, from: [ROOM], ...more }));
  const id = /id='([^']+)'/.exec(xmpp.wire.take())?.[1] ?? '';
  return { answer, id };
}

describe('exchange()', () => {
  it('resolves with the stanza that is accepted, from somebody who may give it', async () => {
    const xmpp = await online();
    const { answer } = join(xmpp);
    await xmpp.receive(`${self('room@evil.example/me') + self('muc.example')}<presence from='${ROOM}/other'/>`);
    expect(xmpp.pendingRequests).toBe(1);
    await xmpp.receive(self(`${ROOM}/me2`));
    expect((await answer) as Presence).toMatchObject({ from: JID.parse(`${ROOM}/me2`) });
    expect([xmpp.pendingRequests, xmpp.handlers, xmpp.manualClock.pending]).toEqual([0, [], 1]);
  });

  it('goes by the id where nothing else says what the answer is, and by sender and kind in any case', async () => {
    const xmpp = await online();
    const question = xmpp.message({ to: 'bob@example.net/x', id: 'q1', body: 'where?' });
    const answer = xmpp.exchange(question, { answer: [Message, Presence] });
    await xmpp.receive(
      "<message id='q1' from='eve@evil.example'/><message id='q1' from='bob@example.net/y'/>" +
        "<message id='q2' from='bob@example.net/x'/><iq type='result' id='q1' from='bob@example.net/x'/>",
    );
    expect(xmpp.pendingRequests).toBe(1);
    await xmpp.receive("<presence id='q1' from='bob@example.net/x'/>");
    expect(await answer).toBeInstanceOf(Presence);
  });

  it('rejects with an error that has our id, is of the kind that was sent, and comes from who may answer', async () => {
    const xmpp = await online();
    const { answer, id } = join(xmpp);
    const error = (from: string, kind: string, with_: string): string =>
      `<${kind} type='error' id='${with_}' from='${from}'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></${kind}>`;
    await xmpp.receive(
      error('eve@evil.example', 'presence', id) +
        error(`${ROOM}/eve`, 'presence', id) +
        error(ME, 'message', id) +
        error(ME, 'presence', 'other'),
    );
    expect(xmpp.pendingRequests).toBe(1);
    await xmpp.receive(error(ROOM, 'presence', id));
    expect(await answer).toMatchObject({ code: 'ERR_STANZA', condition: 'forbidden' });
    const again = join(xmpp);
    await xmpp.receive(error(ME, 'presence', again.id));
    expect(await again.answer).toMatchObject({ condition: 'forbidden' });
  });

  it('rejects after its time, with its signal, with what accept() throws, and when it was not sent', async () => {
    const xmpp = await online();
    const late = join(xmpp, { timeout: 5_000 });
    const controller = new AbortController();
    const aborted = join(xmpp, { signal: controller.signal });
    controller.abort(new Error('enough'));
    expect(await aborted.answer).toMatchObject({ message: 'enough' });
    await xmpp.manualClock.advance(5_000);
    expect(await late.answer).toMatchObject({
      code: 'ERR_TIMEOUT',
      message: expect.stringContaining(`answer of ${ME}`),
    });
    const thrown = join(xmpp, {
      accept: () => {
        throw new Error('boom');
      },
    });
    await xmpp.receive(self(ME));
    expect(await thrown.answer).toMatchObject({ message: 'boom' });
    xmpp.addFilter('out', () => undefined);
    expect(await join(xmpp).answer).toMatchObject({ code: 'ERR_SEND', reason: 'dropped' });
    expect([xmpp.pendingRequests, xmpp.handlers, xmpp.manualClock.pending]).toEqual([0, [], 1]);
  });

  it('rejects when the session is lost, unless it may be answered in a later one', async () => {
    const xmpp = await online({ reconnect: { base: 1 } });
    const here = join(xmpp);
    const across = join(xmpp, { acrossSessions: true });
    xmpp.cut();
    await xmpp.manualClock.idle();
    expect(await here.answer).toMatchObject({ code: 'ERR_SESSION_LOST' });
    await xmpp.manualClock.advance(10);
    await xmpp.receive(self(ME));
    expect(await across.answer).toBeInstanceOf(Presence);
  });

  it('rejects with the connection object, without one, and where too many wait', async () => {
    const xmpp = await online({ maxPending: 1 });
    const first = join(xmpp);
    expect(await join(xmpp).answer).toMatchObject({ code: 'ERR_BUSY' });
    await xmpp.dispose();
    expect(await first.answer).toMatchObject({ code: 'ERR_SESSION_LOST' });
    expect(await outcome(xmpp.exchange(xmpp.presence({ to: ME }), { answer: Presence }))).toMatchObject({
      code: 'ERR_DISCONNECTED',
    });
    expect(xmpp.manualClock.pending).toBe(0);
  });

  it('of one address of a component is not answered by what is for another one', async () => {
    const xmpp = await online({ jid: 'c.example.org', component: true });
    const presence = xmpp.presence({ from: 'a@c.example.org/r', to: ME });
    const answer = xmpp.exchange(presence, { answer: Presence, accept: isSelf });
    await xmpp.receive(self(ME, "to='b@c.example.org/r'"));
    expect(xmpp.pendingRequests).toBe(1);
    await xmpp.receive(self(ME, "to='a@c.example.org/r'"));
    expect((await answer).to?.local).toBe('a');
  });

  it('of the server may be answered by it, by our account, and without a sender', async () => {
    for (const from of ["from='example.org'", "from='alice@example.org'", '']) {
      const xmpp = await online();
      const question = xmpp.message({ id: 'q1' });
      const answer = xmpp.exchange(question, { answer: Message });
      await xmpp.receive("<message id='q1' from='bob@example.net'/>");
      expect(xmpp.pendingRequests).toBe(1);
      await xmpp.receive(`<message id='q1' ${from}/>`);
      expect((await answer).id).toBe('q1');
    }
  });

  it('does not mix two connections', async () => {
    const [one, other] = [await online(), await online()];
    const a = join(one);
    join(other);
    await one.receive(self(ME));
    expect(await a.answer).toBeInstanceOf(Presence);
    expect(other.pendingRequests).toBe(1);
    await other.dispose();
  });
});

describe('the id of a presence', () => {
  it('is given to what may be answered, and to nothing that is for everybody', async () => {
    const xmpp = await online();
    const sent = (): boolean => / id='/.test(xmpp.wire.take());
    xmpp.sendPresence();
    expect(sent()).toBe(false);
    xmpp.sendPresence({ to: ME });
    expect(sent()).toBe(true);
    xmpp.sendPresence({ to: ME, id: 'mine' });
    expect(xmpp.wire.take()).toContain("id='mine'");
  });
});

it('a request that times out says who answered in place of who was asked', async () => {
  const xmpp = await online();
  const asked = outcome(xmpp.request(xmpp.iq({ type: 'get', id: 'q1', to: 'strauß@example.net' }), { timeout: 1_000 }));
  await xmpp.receive("<iq type='result' id='q1' from='strauss@example.net'/>");
  await xmpp.manualClock.advance(1_000);
  expect(await asked).toMatchObject({
    code: 'ERR_TIMEOUT',
    message: expect.stringContaining('(one came from strauss@example.net, who was not asked)'),
  });
});
