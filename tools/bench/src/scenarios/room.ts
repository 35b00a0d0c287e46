import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Contender, type Scenario, TURNS } from '../harness/types.js';

const JID = 'coven@chat.shakespeare.example';
const NICK = 'thirdwitch';
const TO = "to='juliet@capulet.example/balcony'";
const USER = 'http://jabber.org/protocol/muc#user';
const ROLES = ['participant', 'moderator', 'visitor'];
const AFFILIATIONS = ['none', 'member', 'admin'];

function presence(i: number, show: string): string {
  const at = i % ROLES.length;
  return (
    `<presence ${TO} from='${JID}/witch ${i}'>${show}<status>over the cauldron ${i}</status>` +
    `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='http://psi-im.org' ver='q07IKJEyjvHSyhy//CH0CxmKi8w='/>` +
    `<x xmlns='${USER}'><item affiliation='${AFFILIATIONS[at]}' role='${ROLES[at]}'/></x></presence>`
  );
}

function makeRoom(count: number, happening: number): object {
  const presences = Array.from({ length: count - 1 }, (_, i) => presence(i, ''));
  presences.push(
    `<presence ${TO} from='${JID}/${NICK}'><x xmlns='${USER}'>` +
      "<item affiliation='member' role='participant'/><status code='110'/></x></presence>",
  );
  const subject = `<message ${TO} from='${JID}' type='groupchat' id='s1'><subject>Fire, burn</subject></message>`;
  // Every second one goes or comes back, by and by; every fourth stanza is a message.
  const stanzas = Array.from({ length: happening }, (_, i) =>
    i % 4 === 3
      ? `<message ${TO} from='${JID}/witch ${i}' type='groupchat' id='m${i}'><body>Double, double ${i}</body></message>`
      : presence(i, i % 2 === 0 ? '<show>away</show>' : ''),
  );
  return { jid: JID, nick: NICK, presences, subject, stanzas };
}

/** (m): a room with very many people in it. */
export const room: Scenario = {
  id: 'm',
  title: 'a large room',
  async prepare({ directory, scale }) {
    const count = scale(10_000, 500);
    const happening = scale(800, 200);
    const file = join(directory, 'room.json');
    await writeFile(file, JSON.stringify(makeRoom(count, happening)));
    const contenders = (inside: boolean): Contender[] => {
      const contender = (name: string, script: URL, every = 1): Contender => ({
        name,
        script,
        config: { file, inside, warmup: scale(20, 2) },
        flags: ['--expose-gc'],
        every,
      });
      return [
        contender('sestina', new URL('../contenders/room-sestina.ts', import.meta.url)),
        contender('xmpp.js and a Map', new URL('../contenders/room-xmppjs.ts', import.meta.url)),
        contender('stanza and a Map', new URL('../contenders/room-stanza.ts', import.meta.url), 2),
        contender('slixmpp', new URL('../contenders/room-slixmpp.py', import.meta.url), 10),
      ];
    };
    const away = Array.from({ length: happening }, (_, i) => i).filter((i) => i % 4 !== 3 && i % 2 === 0).length;
    const people = count.toLocaleString('en-US');
    return {
      cases: [
        {
          title: `entering a room of ${people}, once in a fresh process`,
          base: 'sestina',
          metrics: [
            { id: 'enter', label: 'until all are known, CPU', unit: 'ms' },
            { id: 'kept', label: 'memory of an occupant', unit: 'KB' },
          ],
          headlines: [
            { metric: 'enter', what: `entering a room of ${people} people` },
            { metric: 'kept', what: 'memory of each of them' },
          ],
          contenders: contenders(false),
          verify: (checks) => verifyRoom(checks, count, 0),
        },
        {
          title: `in a room of ${people}: three presences, then a message`,
          base: 'sestina',
          turns: TURNS,
          metrics: [{ id: 'us', label: 'per stanza', unit: 'µs' }],
          contenders: contenders(true),
          verify: (checks) => verifyRoom(checks, count, away),
        },
      ],
    };
  },
};

/** All have to know everybody, and how they are. */
function verifyRoom(checks: ReadonlyMap<string, unknown>, count: number, away: number): void {
  for (const [name, check] of checks) {
    const known = check as Record<'away' | 'occupants', number>;
    if (known.occupants === count && known.away === away) continue;
    throw new Error(`${name} knows ${known.occupants} of ${count} occupants, ${known.away} of ${away} of them away`);
  }
}
