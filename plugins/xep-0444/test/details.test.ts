import type { Message } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { NS_REACTIONS, Reactions } from '../src/index.js';
import { BALCONY, JULIET, OWN, reacts, says, told, useReactions } from './helpers.js';

const start = useReactions();
const refusal = `<error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;

describe('reactions of others', () => {
  it('are annotations, unless words are there that stand for something else', async () => {
    const { stream, xmpp } = await start();
    const classes: string[] = [];
    xmpp.onMessage((message) => void classes.push(message.context.class));
    const fallback = (of: string): string => `<body>x</body><fallback xmlns='urn:xmpp:fallback:0' for='${of}'/>`;
    await stream.recv(says('m1') + says('r1', reacts('m1', '👋')));
    await stream.recv(
      says('r2', reacts('m1') + fallback('urn:xmpp:reply:0')) + says('r3', reacts('m1') + fallback(NS_REACTIONS)),
    );
    expect(classes).toEqual(['content', 'annotation', 'content', 'annotation']);
  });

  it('in headlines, and to what another party calls a message, are none', async () => {
    const { stream, heard } = await start();
    await stream.recv(
      says('m1', `<body>x</body><stanza-id xmlns='urn:xmpp:sid:0' by='romeo@montague.example' id='s1'/>`),
    );
    await stream.recv(says('r1', reacts('m1', '👋'), { type: 'headline' }) + says('r2', reacts('s1', '👋')));
    expect([heard, stream.errors]).toEqual([[], []]);
    await stream.recv(says('r3', reacts('m1', '👋')));
    expect(heard).toMatchObject([{ verified: true, reverted: false, source: 'stream' }]);
  });

  it('out of an archive are late, and those that come now are not, whenever they were written', async () => {
    const { stream, xmpp, heard } = await start();
    const archived = async (id: string, said: string, emoji: string): Promise<void> => {
      const message = xmpp.message({ from: BALCONY, to: OWN, type: 'chat', id });
      message.reactions = new Reactions({ id: 'm1', emojis: [emoji] });
      await xmpp.messages.deliver(message, {
        source: 'archive',
        sentAt: new Date(said),
        archive: xmpp.account,
        archiveId: id,
      });
    };
    await stream.recv(says('m1'));
    await archived('a1', '1999-01-01T00:00:02Z', '👋');
    await archived('a2', '1999-01-01T00:00:01Z', '🐢');
    await archived('a3', '1999-01-01T00:00:02Z', '🔥');
    const delay = `<delay xmlns='urn:xmpp:delay' stamp='1998-01-01T00:00:00Z'/>`;
    await stream.recv(says('r1', reacts('m1', '🦇') + delay));
    await stream.idle();
    expect(told(heard).map((each) => (each as string[])[2])).toEqual(['👋', '🔥', '🦇']);
  });

  it('stay where nobody knows whether the message was taken back', async () => {
    const { stream, xmpp, facts, shown } = await start();
    await stream.recv(says('m1') + says('r1', reacts('m1', '👋')));
    const known = await facts();
    const retraction = xmpp.message({ from: BALCONY, to: OWN });
    for (const each of [
      { facts: known, verified: false },
      { facts: undefined, verified: true },
    ]) {
      xmpp.emit('messageRetracted', { ...each, retraction } as never);
    }
    await stream.idle();
    expect([await shown(), stream.errors]).toEqual([{ '👋': [JULIET] }, []]);
  });
});

describe('a reaction of ours that is refused', () => {
  async function refusing(...said: (readonly string[])[]) {
    const found = await start();
    const { stream, reactions, messages, heard } = found;
    await stream.recv(says('m1'));
    const ids: string[] = [];
    for (const emojis of said) {
      reactions.react(messages[0] as Message, emojis);
      ids.push((await stream.nextSent()).attribute('id') ?? '');
    }
    heard.splice(0);
    return {
      ...found,
      refuse: (index: number) => stream.recv(says(ids[index] ?? '', refusal, { from: JULIET, type: 'error' })),
    };
  }

  it.each([
    [[['👋'], ['👋', '🐢']], [{ added: [], removed: ['🐢'], now: ['👋'], verified: true, reverted: true }]],
    [[['👋', '🐢'], ['👋']], [{ added: ['🐢'], removed: [], now: ['👋', '🐢'], verified: true, reverted: true }]],
    [[['👋'], ['👋']], []],
  ])('%j leaves what was before', async (said, changes) => {
    const { heard, refuse } = await refusing(...said);
    await refuse(1);
    expect(heard).toMatchObject(changes);
    expect(heard).toHaveLength(changes.length);
  });

  it('changes nothing where something else was said since, or it does not say which', async () => {
    const { stream, heard, refuse, reactions, facts } = await refusing(['👋'], ['🐢']);
    await refuse(0);
    await stream.recv(`<message from='${JULIET}' to='${OWN}' type='error'>${refusal}</message>`);
    expect([heard, [...reactions.mine(await facts())], stream.errors]).toEqual([[], ['🐢'], []]);
  });

  it('is known of the last two hundred', async () => {
    const { stream, reactions, messages, heard } = await start();
    const ids: string[] = [];
    for (let i = 0; i <= 200; i++) {
      await stream.recv(says(`m${i}`));
      reactions.react(messages.at(-1) as Message, ['👋']);
      ids.push((await stream.nextSent()).attribute('id') ?? '');
    }
    heard.splice(0);
    for (const id of ids.slice(0, 2)) await stream.recv(says(id, refusal, { from: JULIET, type: 'error' }));
    expect(heard.map(({ facts: { id } }) => id)).toEqual(['m1']);
  });
});

it('as many reactions as may be are sent', async () => {
  const { stream, reactions, messages, facts } = await start({ maxPerMessage: 2 });
  await stream.recv(says('m1'));
  expect([...reactions.mine(await facts())]).toEqual([]);
  reactions.react(messages[0] as Message, ['👋', '🐢']);
  expect(reactions.mine(await facts()).size).toBe(2);
});

it.each([
  ['max_reactions_per_user', '0', { max: 0, allowed: undefined }],
  ['max_reactions_per_user', '-1', { max: undefined, allowed: undefined }],
  ['max_reactions_per_user', '1.5', { max: undefined, allowed: undefined }],
  ['allowlist', '👋', { max: undefined, allowed: ['👋'] }],
])('restrictions may say one thing alone: %s %s', async (name, value, found) => {
  const { stream, reactions } = await start();
  const asked = reactions.restrictions('gateway.example');
  const type = `<field var='FORM_TYPE' type='hidden'><value>${NS_REACTIONS}:restrictions</value></field>`;
  const form = `<x xmlns='jabber:x:data' type='result'>${type}<field var='${name}'><value>${value}</value></field></x>`;
  await stream.recvResult(
    await stream.nextSent(),
    `<query xmlns='http://jabber.org/protocol/disco#info'>${form}</query>`,
  );
  expect(await asked).toEqual(found);
});
