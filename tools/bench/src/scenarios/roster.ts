import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Case, type Contender, type Scenario, TURNS } from '../harness/types.js';

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
    // Two in five: Sestina keeps 16 MB of presence at most, which is not enough for all of them.
    if (i % 5 > 1) continue;
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
    const caseOf = async (count: number, title: string, more: Partial<Case> & { readonly often?: boolean }) => {
      const file = join(directory, `roster-${count}.json`);
      await writeFile(file, JSON.stringify(makeRoster(count)));
      const { often = false, ...rest } = more;
      const contender = (name: string, script: URL, every = 1): Contender => ({
        name,
        script,
        config: { file, often, warmup: scale(5, 1) },
        every,
      });
      return {
        title: `${count} contacts, then ${(count * 2) / 5} presences, ${title}`,
        base: 'sestina',
        metrics: [
          { id: 'roster', label: 'roster, CPU', unit: 'ms' },
          { id: 'presences', label: 'presences, CPU', unit: 'ms' },
        ],
        contenders: [
          contender('sestina', new URL('../contenders/roster-sestina.ts', import.meta.url)),
          contender('xmpp.js and a Map', new URL('../contenders/roster-xmppjs.ts', import.meta.url)),
          contender('stanza and a Map', new URL('../contenders/roster-stanza.ts', import.meta.url), 2),
          contender('slixmpp', new URL('../contenders/roster-slixmpp.py', import.meta.url), 10),
        ],
        verify: (checks: ReadonlyMap<string, unknown>) => verifyRoster(checks, count),
        ...rest,
      };
    };
    const large = scale(20_000, 1_000);
    const headlines = [
      { metric: 'roster', what: `a roster of ${large.toLocaleString('en-US')} contacts, after the login` },
      { metric: 'presences', what: 'the presence of two in five of them' },
    ];
    return {
      cases: [
        await caseOf(large, 'once in a fresh process', { headlines }),
        await caseOf(scale(1_000, 100), 'again and again', { often: true, turns: TURNS }),
      ],
    };
  },
};

/** All have to know all contacts, in their groups, and that two in five are there. */
function verifyRoster(checks: ReadonlyMap<string, unknown>, count: number): void {
  for (const [name, check] of checks) {
    const { contacts, online, groups } = check as Record<string, number>;
    if (contacts === count && online === (count * 2) / 5 && groups === GROUPS.length) continue;
    throw new Error(`${name} has ${contacts} contacts, ${online} online, ${groups} groups`);
  }
}
