import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case, Contender, Scenario } from '../harness/types.js';

const READ = 16_384;

/** About as long as those of today's clients: 28 of them fill a read. */
function presence(i: number): string {
  const hash = Buffer.from(`${i}`.padStart(20, '0')).toString('base64');
  return (
    `<presence xmlns='jabber:client' to='juliet@capulet.example/balcony' from='contact${i}@montague.example/phone.${hash}'>` +
    `<show>away</show><status>I am number ${i}, and I am in the orchard until the morning</status><priority>5</priority>` +
    `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://client.example/version/${i % 20}' ver='${hash}'/>` +
    `<x xmlns='vcard-temp:x:update'><photo>${Buffer.from(hash).toString('hex').slice(0, 40)}</photo></x>` +
    `<idle xmlns='urn:xmpp:idle:1' since='2024-05-01T10:00:${String(i % 60).padStart(2, '0')}Z'/></presence>`
  );
}

/** Reads of so many presences each. */
function readsOf(presences: readonly string[], size: number): string[] {
  const reads: string[] = [];
  for (let i = 0; i < presences.length; i += size) reads.push(presences.slice(i, i + size).join(''));
  return reads;
}

/** Each presence in a full read of its own, of which nothing else is kept. */
function amongOthers(presences: readonly string[]): string[] {
  const other = `<message from='crowd@montague.example'><body>${'x'.repeat(1_000)}</body></message>`;
  return presences.map((text) => text + other.repeat(Math.floor((READ - text.length) / other.length)));
}

/** (k): what it takes to keep the presence of every contact. */
export const kept: Scenario = {
  id: 'k',
  title: 'the presence of a contact, kept',
  async prepare({ directory, scale }) {
    const count = scale(10_000, 1_000);
    const presences = Array.from({ length: count }, (_, i) => presence(i));
    const caseOf = async (id: string, title: string, reads: readonly string[], frames = false): Promise<Case> => {
      const file = join(directory, `kept-${id}.json`);
      await writeFile(file, JSON.stringify({ reads }));
      const contender = (name: string, compact: boolean): Contender => ({
        name,
        script: new URL('../contenders/kept-sestina.ts', import.meta.url),
        config: { file, frames, compact },
        flags: ['--expose-gc'],
      });
      return {
        title: `${count} contacts, ${title}`,
        base: 'presence.compact()',
        metrics: [{ id: 'kept', label: 'memory of one contact', unit: 'KB' }],
        contenders: [contender('presence.compact()', true), contender('the presence as it came', false)],
        targets: [{ metric: 'kept', contender: 'presence.compact()', absolute: true, atMost: 3 }],
        verify(checks) {
          for (const [name, check] of checks) {
            const { contacts } = check as { contacts: number };
            if (contacts !== count) throw new Error(`${name} kept ${contacts} contacts of ${count}`);
          }
        },
      };
    };
    return {
      cases: [
        await caseOf('1', '1 stanza in a read', readsOf(presences, 1)),
        await caseOf('8', '8 stanzas in a read', readsOf(presences, 8)),
        await caseOf('28', '28 stanzas in a read', readsOf(presences, 28)),
        await caseOf('others', '1 among others in a read of 16 KB', amongOthers(presences)),
        await caseOf('frames', 'WebSocket, a frame each', presences, true),
      ],
    };
  },
};
