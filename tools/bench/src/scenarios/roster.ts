import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender, Scenario } from '../harness/types.js';

interface RosterData {
  readonly query: string;
  readonly presences: readonly string[];
}

const GROUPS = ['Friends', 'Family', 'Work', 'Enemies'];

function makeRoster(count: number): RosterData {
  let items = '';
  const presences: string[] = [];
  for (let i = 0; i < count; i++) {
    const jid = `contact${i}@montague.example`;
    items +=
      `<item jid='${jid}' name='Contact ${i}' subscription='both'>` +
      `<group>${GROUPS[i % GROUPS.length]}</group></item>`;
    presences.push(
      `<presence to='juliet@capulet.example/balcony' from='${jid}/phone'><show>away</show><status>here ${i}</status>` +
        "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='http://psi-im.org' ver='q07IKJEyjvHSyhy//CH0CxmKi8w='/>" +
        '</presence>',
    );
  }
  return { query: `<query xmlns='jabber:iq:roster'>${items}</query>`, presences };
}

/** (g): what happens after a login to a large account. */
export const roster: Scenario = {
  id: 'g',
  title: 'a large roster and its presence',
  async prepare({ directory, scale }) {
    const count = scale(10_000, 1_000);
    const file = join(directory, 'roster.json');
    await writeFile(file, JSON.stringify(makeRoster(count)));
    const contender = (name: string, script: URL): Contender => ({
      name,
      script,
      config: { file },
    });
    return {
      cases: [
        {
          title: `${count} contacts, then ${count} presences, once in a fresh process`,
          base: 'sestina',
          metrics: [
            { id: 'roster', label: 'roster', unit: 'ms' },
            { id: 'presences', label: 'presences', unit: 'ms' },
          ],
          contenders: [
            contender('sestina', new URL('../contenders/roster-sestina.ts', import.meta.url)),
            contender('xmpp.js and a Map', new URL('../contenders/roster-xmppjs.ts', import.meta.url)),
            contender('stanza and a Map', new URL('../contenders/roster-stanza.ts', import.meta.url)),
            contender('slixmpp', new URL('../contenders/roster-slixmpp.py', import.meta.url)),
          ],
          verify(checks) {
            for (const [name, check] of checks) {
              const { contacts, online, groups } = check as Record<string, number>;
              if (contacts === count && online === count && groups === GROUPS.length) continue;
              throw new Error(`${name} has ${contacts} contacts, ${online} online, ${groups} groups`);
            }
          },
        },
      ],
    };
  },
};
