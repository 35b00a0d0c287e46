import { JID } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, expect, it } from 'vitest';
import { AvatarConversion } from '../src/index.js';

const ACCOUNT = 'alice@example.org';
const OWN = `${ACCOUNT}/desk`;
const streams = useStreams(afterEach);
const ID = 'a'.repeat(40);

async function start(converts: boolean) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [AvatarConversion] });
  streams.keep(stream);
  const { xmpp } = stream;
  const feature = converts ? 'urn:xmpp:pep-vcard-conversion:0' : 'urn:other';
  await stream.recvResult(
    await stream.expectSent(
      `<iq type='get' id='*' to='${ACCOUNT}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    ),
    `<query xmlns='http://jabber.org/protocol/disco#info'><feature var='${feature}'/></query>`,
  );
  await stream.idle();
  xmpp.sendPresence();
  await stream.idle();
  stream.skipSent();
  /** Our account tells which image we have: presences that are sent for it, and what they say. */
  const told = async (
    id?: string,
    { from = ACCOUNT, item = id ?? 'current' } = {},
  ): Promise<(string | undefined)[]> => {
    const before = stream.sent.length;
    const info = id ? `<info id='${id}' bytes='100' type='image/png'/>` : '';
    await stream.recv(
      `<message from='${from}' to='${OWN}'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:avatar:metadata'><item id='${item}'><metadata xmlns='urn:xmpp:avatar:metadata'>${info}</metadata></item></items></event></message>`,
    );
    await stream.idle();
    const presences = stream.sent.slice(before).filter(({ name }) => name === 'presence');
    return presences.map((each) => {
      const update = each.child('x', 'vcard-temp:x:update');
      return update && (update.child('photo')?.text ?? 'not ready');
    });
  };
  return { stream, xmpp, told, conversion: xmpp.plugin(AvatarConversion) };
}

it('leaves the hash to the server, says that there is none, and sends presence again when it is another one', async () => {
  const { conversion, told } = await start(true);
  expect(conversion.supported).toBe(true);
  expect([
    await told(ID),
    await told(ID),
    await told(ID, { item: 'again' }),
    await told('b'.repeat(40)),
    await told(),
  ]).toEqual([[undefined], [], [], [undefined], ['']]);
});

it('says nothing to rooms of the images of others', async () => {
  const { xmpp, told } = await start(true);
  xmpp.roster.of().apply([{ jid: JID.parse('bob@example.net'), subscription: 'both' }]);
  const changed: string[] = [];
  xmpp.on('avatarChanged', ({ jid }) => void changed.push(jid.full));
  expect([await told(ID, { from: 'bob@example.net' }), changed]).toEqual([[], ['bob@example.net']]);
});

it('does nothing where the server does nothing', async () => {
  const { conversion, told } = await start(false);
  expect([conversion.supported, await told(ID), await told()]).toEqual([false, [], []]);
});
