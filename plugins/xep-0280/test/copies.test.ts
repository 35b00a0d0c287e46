import { DelayedDelivery } from '@sestina/xep-0203';
import { describe, expect, it } from 'vitest';
import { MessageCarbons, NS_CARBONS } from '../src/index.js';
import { ACCOUNT, carbon, forwarded, JULIET, OTHER, OWN, said, useClients } from './helpers.js';

const client = useClients();

describe('copies', () => {
  it('of what another resource was sent are heard by those who ask for copies, and nobody else', async () => {
    const { stream, heard } = await client();
    await stream.recv(carbon('received', said(JULIET, OTHER)));
    expect([heard.event, heard.plain]).toEqual([[], []]);
    const [copy] = heard.copies;
    expect(copy?.context).toMatchObject({
      way: 'in',
      source: 'carbon',
      kind: 'chat',
      class: 'content',
      history: false,
    });
    const { by, peer, author, outer } = copy?.context ?? {};
    expect([by?.full, peer?.full, author?.jid.full, outer?.id]).toEqual([
      ACCOUNT,
      'juliet@capulet.example',
      'juliet@capulet.example',
      'o1',
    ]);
  });

  it('of what another resource has sent are our own words to the other side', async () => {
    const { stream, heard } = await client();
    await stream.recv(carbon('sent', said(OTHER, JULIET)));
    expect([heard.event, heard.plain]).toEqual([[], []]);
    const { context } = heard.copies[0] ?? {};
    expect([context?.way, context?.peer.full, context?.author.jid.full]).toEqual([
      'out',
      'juliet@capulet.example',
      ACCOUNT,
    ]);
  });

  it('without a sender are those of our account (RFC 6120 §8.1.2.1)', async () => {
    const { stream, heard } = await client();
    await stream.recv(carbon('received', said(JULIET, OTHER), ''));
    expect(heard.copies).toHaveLength(1);
  });

  it('to oneself are sent and received at once', async () => {
    const { stream, heard } = await client();
    await stream.recv(carbon('sent', said(OTHER, ACCOUNT)));
    await stream.recv(carbon('received', said(OTHER, ACCOUNT)));
    expect(heard.copies.map(({ context }) => [context.way, context.peer.full])).toEqual([
      ['out', ACCOUNT],
      ['out', ACCOUNT],
    ]);
  });

  it('say when they were sent: by the note of our server in them, else now', async () => {
    const { stream, heard } = await client({}, { plugins: [MessageCarbons, DelayedDelivery] });
    const note = (from: string): string =>
      `<delay xmlns='urn:xmpp:delay' from='${from}' stamp='2020-02-02T02:02:02Z'/>`;
    await stream.recv(carbon('received', said(JULIET, OTHER, note('montague.example'))));
    await stream.recv(carbon('received', said(JULIET, OTHER, note('capulet.example'))));
    expect(heard.copies.map(({ context }) => context.sentAt)).toEqual([
      new Date('2020-02-02T02:02:02Z'),
      new Date(stream.clock.now()),
    ]);
  });

  it('of errors are errors, for those who ask for copies of them', async () => {
    const { stream, xmpp, heard } = await client();
    const errors: unknown[] = [];
    xmpp.onMessage(({ context }) => errors.push(context.source), { type: 'error', sources: ['carbon'] });
    const error = `<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
    const text = carbon('received', said(JULIET, OTHER, error, 'error')).replace(`type='chat'`, `type='error'`);
    await stream.recv(text);
    expect([errors, heard.errors]).toEqual([['carbon'], []]);
  });

  it('of private messages of a room that is not joined here are no words of a contact', async () => {
    const { stream, heard } = await client();
    const mark = `<x xmlns='http://jabber.org/protocol/muc#user'/>`;
    await stream.recv(carbon('sent', said(OTHER, 'room@muc.example/nick', mark)));
    await stream.recv(carbon('received', said('room@muc.example/nick', OTHER, mark)));
    const invite = `<x xmlns='http://jabber.org/protocol/muc#user'><invite from='${JULIET}'/></x>`;
    await stream.recv(carbon('received', said('room@muc.example', OTHER, invite)));
    expect(heard.copies.map(({ context: { kind, peer } }) => [kind, peer.full])).toEqual([
      ['private', 'room@muc.example/nick'],
      ['private', 'room@muc.example/nick'],
      ['chat', 'room@muc.example'],
    ]);
  });

  it('are never answered: nothing is sent, and no error goes back', async () => {
    const { stream } = await client();
    stream.skipSent();
    await stream.recv(carbon('received', said(JULIET, OTHER, `<request xmlns='urn:xmpp:receipts'/>`)));
    await stream.recv(carbon('received', said(JULIET, OTHER), `from='tybalt@capulet.example/x'`));
    await stream.expectNothingSent();
  });
});

describe('what is no copy of our account is told to nobody', () => {
  const GOOD = said(JULIET, OTHER);
  const twice = carbon('received', GOOD).replace(
    '</message>' + '</forwarded></received></message>',
    `</message></forwarded></received><sent xmlns='${NS_CARBONS}'>${forwarded(said(OTHER, JULIET))}</sent></message>`,
  );

  it.each([
    ['of a stranger (CVE-2017-5589)', carbon('received', GOOD, `from='tybalt@capulet.example/home'`)],
    [
      'of a stranger, with a body beside it',
      carbon('received', GOOD, `from='tybalt@capulet.example/home'`).replace('<received', '<body>b</body><received'),
    ],
    ['of another resource of ours', carbon('sent', said(OTHER, JULIET), `from='${OTHER}'`)],
    ['of our own address', carbon('sent', said(OTHER, JULIET), `from='${OWN}'`)],
    ['of our server', carbon('received', GOOD, `from='montague.example'`)],
    ['of an account that looks like ours', carbon('received', GOOD, `from='rоmeo@montague.example'`)],
    ['sent by somebody else', carbon('sent', said(JULIET, ACCOUNT))],
    ['received by somebody else', carbon('received', said(JULIET, 'tybalt@capulet.example/x'))],
    ['of nobody in particular', carbon('received', GOOD.replace(` from='${JULIET}'`, ''))],
    ['to nobody in particular', carbon('sent', said(OTHER, JULIET).replace(` to='${JULIET}'`, ''))],
    ['of a group chat', carbon('received', said('room@muc.example/nick', OTHER, '', 'groupchat'))],
    ['of a copy', carbon('received', said(JULIET, OTHER, `<sent xmlns='${NS_CARBONS}'>${forwarded(GOOD)}</sent>`))],
    ['sent and received in one', twice],
    ['of two messages', carbon('received', GOOD + GOOD)],
    ['of a presence', carbon('received', `<presence xmlns='jabber:client' from='${JULIET}' to='${OTHER}'/>`)],
    ['of nothing', carbon('received', '')],
    ['without a forward', `<message from='${ACCOUNT}'><received xmlns='${NS_CARBONS}'/></message>`],
    [
      'with two forwards',
      `<message from='${ACCOUNT}'><received xmlns='${NS_CARBONS}'>${forwarded(GOOD)}${forwarded(GOOD)}</received></message>`,
    ],
    ['with the message in the namespace of forwards', carbon('received', GOOD.replace(` xmlns='jabber:client'`, ''))],
  ])('one %s', async (_what, text) => {
    const { stream, xmpp, heard } = await client();
    await stream.recv(text);
    expect(heard).toEqual({ event: [], plain: [], copies: [], errors: [] });
    expect(xmpp.messages.dropped).toBe(1);
    // What comes behind it is heard.
    await stream.recv(carbon('received', GOOD));
    expect(heard.copies).toHaveLength(1);
    expect(stream.errors).toEqual([]);
  });

  it('which is said once, without a word of theirs', async () => {
    const lines: string[] = [];
    const note = (line: string): void => void lines.push(line);
    const logger = { debug: () => {}, info: () => {}, warn: note, error: note };
    const { stream } = await client({}, { options: { logger } });
    for (let i = 0; i < 3; i++) await stream.recv(carbon('received', GOOD, `from='tybalt@capulet.example/home'`));
    expect(lines).toEqual([expect.stringMatching(/^a forged or broken copy/)]);
  });
});

describe('a message in an error', () => {
  it('that only brings back what somebody pretends was sent is an error', async () => {
    const { stream, heard } = await client();
    const text = carbon('received', said(JULIET, OTHER), `from='tybalt@capulet.example/home'`);
    await stream.recv(text.replace(`type='chat'`, `type='error'`));
    expect(heard.errors.map(({ id }) => id)).toEqual(['o1']);
    expect(heard.copies).toEqual([]);
  });
});
