import { MultiUserChat } from '@sestina/xep-0045';
import { NS_OCCUPANT_ID, OccupantIds } from '@sestina/xep-0421';
import { describe, expect, it } from 'vitest';
import { corrects, OWN, replace, says, told, useConnections } from './helpers.js';

const start = useConnections();
const ROOM = 'verona@rooms.example';
const word = (codes = ''): string =>
  `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/>${codes}</x>`;
const occupantId = (id: string): string => `<occupant-id xmlns='${NS_OCCUPANT_ID}' id='${id}'/>`;
const ME = "<status code='110'/>";

/** A room that we are in, with Juliet. */
async function enter(ids = false) {
  const found = await start({}, { plugins: [ids ? OccupantIds : MultiUserChat] });
  const { stream, xmpp } = found;
  const here = (nick: string, id: string, more = '', attributes = ''): Promise<void> =>
    stream.recv(
      `<presence from='${ROOM}/${nick}' to='${OWN}' ${attributes}>${ids ? occupantId(id) : ''}${word(more)}</presence>`,
    );
  const joined = xmpp.plugin(MultiUserChat).join(ROOM, { nick: 'romeo' });
  if (ids) {
    const query = await stream.nextSent();
    await stream.recvResult(
      query,
      `<query xmlns='http://jabber.org/protocol/disco#info'><feature var='${NS_OCCUPANT_ID}'/></query>`,
    );
  }
  await stream.nextSent();
  await here('juliet', 'j');
  await here('romeo', 'r', ME);
  await stream.recv(`<message from='${ROOM}' to='${OWN}' type='groupchat'><subject/></message>`);
  const room = await joined;
  const said = (id: string, nick: string, inside: string, who = ''): Promise<void> =>
    stream.recv(says(id, inside + who, { from: `${ROOM}/${nick}`, type: 'groupchat' }));
  return { ...found, room, here, said };
}

describe('in a room', () => {
  it('an occupant corrects what it has said in the same stay, and no other does', async () => {
    const { here, said, heard } = await enter();
    await said('m1', 'juliet', '<body>one</body>');
    await said('c1', 'juliet', `<body>two</body>${replace('m1')}`);
    await here('eve', 'e');
    await said('c2', 'eve', `<body>forged</body>${replace('m1')}`);
    expect(told(heard)).toEqual([
      ['c1', 'm1', true],
      ['c2', false, true],
    ]);
  });

  it('a nick that left and came back is somebody else (XEP-0308 §5)', async () => {
    const { here, said, heard } = await enter();
    await said('m1', 'juliet', '<body>one</body>');
    await here('juliet', 'j', '', "type='unavailable'");
    await here('juliet', 'j');
    await said('c1', 'juliet', `<body>two</body>${replace('m1')}`);
    expect(told(heard)).toEqual([['c1', false, true]]);
  });

  it('unless the room says that it is the same one', async () => {
    const { here, said, heard } = await enter(true);
    await said('m1', 'juliet', '<body>one</body>', occupantId('j'));
    await here('juliet', 'j', '', "type='unavailable'");
    await here('julia', 'j');
    await here('juliet', 'other');
    await said('c1', 'juliet', `<body>two</body>${replace('m1')}`, occupantId('other'));
    await said('c2', 'julia', `<body>three</body>${replace('m1')}`, occupantId('j'));
    expect(told(heard)).toEqual([
      ['c1', false, true],
      ['c2', 'm1', true],
    ]);
  });

  it('what was said before we came is corrected by who has the same occupant id', async () => {
    const { said, heard, stream, room } = await enter(true);
    const { xmpp } = stream;
    const archived = async (id: string, nick: string, who: string): Promise<void> => {
      const init = { from: `${ROOM}/${nick}`, to: OWN, type: 'groupchat', id, body: id, rawOccupantId: who } as const;
      const known = {
        source: 'archive',
        history: true,
        by: room.jid,
        archive: room.jid,
        archiveId: `a-${id}`,
      } as const;
      await xmpp.messages.deliver(xmpp.message(init), known);
    };
    await archived('old', 'juliet', 'j');
    await archived('older', 'juliet', 'who had that nick before');
    await said('c1', 'juliet', `<body>two</body>${replace('old')}`, occupantId('j'));
    await said('c2', 'juliet', `<body>two</body>${replace('older')}`, occupantId('j'));
    expect(told(heard)).toEqual([
      ['c1', 'old', true],
      ['c2', false, true],
    ]);
  });

  it.each([false, true])('our own correction comes back as ours (occupant ids: %s)', async (ids) => {
    const { said, heard, correction, stream, room } = await enter(ids);
    const sending = room.send({ body: 'one', id: 'o1' });
    await stream.nextSent();
    // This room gives messages ids of its own.
    await said(
      'r1',
      'romeo',
      `<body>one</body><origin-id xmlns='urn:xmpp:sid:0' id='o1'/>`,
      ids ? occupantId('r') : '',
    );
    const reflected = await sending.reflected;
    correction.correct(reflected, 'two');
    const sent = await stream.expectSent(
      `<message id='*' to='${ROOM}' type='groupchat'><body>two</body>${replace('r1')}</message>`,
    );
    await said('r2', 'romeo', `<body>two</body>${replace('r1')}`, ids ? occupantId('r') : '');
    expect(sent.attribute('id')).not.toBe('r1');
    expect(heard.map(({ verified, original, message }) => [verified, original?.way, message.context.way])).toEqual([
      [true, 'out', 'out'],
    ]);
  });

  it('somebody else in a room does not correct what we have said', async () => {
    const { said, heard, stream, room } = await enter();
    room.send({ body: 'one', id: 'o1' });
    await stream.nextSent();
    await said('o1', 'romeo', '<body>one</body>');
    await said('c1', 'juliet', `<body>two</body>${replace('o1')}`);
    expect(told(heard)).toEqual([['c1', false, true]]);
  });

  it('what is whispered is another conversation', async () => {
    const { said, heard, stream } = await enter();
    await said('m1', 'juliet', '<body>one</body>');
    await stream.recv(corrects('c1', 'm1', { from: `${ROOM}/juliet` }));
    await stream.recv(says('w1', undefined, { from: `${ROOM}/juliet` }));
    await stream.recv(corrects('c2', 'w1', { from: `${ROOM}/juliet` }));
    expect(told(heard)).toEqual([
      ['c1', false, true],
      ['c2', 'w1', true],
    ]);
  });
});
