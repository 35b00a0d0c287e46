import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Contender, type Scenario, TURNS } from '../harness/types.js';

const TO = "to='juliet@capulet.example/balcony' from='juliet@capulet.example'";

function body(i: number): string {
  return `Good night, good night! Parting is such sweet sorrow ${i}`;
}

function message(i: number): string {
  const stamp = new Date(Date.UTC(2026, 2, 14) + i * 1_000).toISOString();
  return (
    `<message ${TO}><result xmlns='urn:xmpp:mam:2' queryid='QUERY' id='${2_000_000 + i}'>` +
    `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${stamp}'/>` +
    `<message xmlns='jabber:client' from='romeo@montague.example/orchard' to='juliet@capulet.example' id='a${i}' type='chat'>` +
    `<body>${body(i)}</body><stanza-id xmlns='urn:xmpp:sid:0' id='${2_000_000 + i}' by='juliet@capulet.example'/>` +
    '</message></forwarded></result></message>'
  );
}

function makeArchive(count: number): object {
  const end =
    `<iq ${TO} type='result' id='IQ'><fin xmlns='urn:xmpp:mam:2' complete='true'>` +
    `<set xmlns='http://jabber.org/protocol/rsm'><first index='0'>2000000</first>` +
    `<last>${2_000_000 + count - 1}</last><count>${count}</count></set></fin></iq>`;
  return { messages: Array.from({ length: count }, (_, i) => message(i)), end };
}

/** (n): what was said while we were away. */
export const archive: Scenario = {
  id: 'n',
  title: 'a page of an archive',
  async prepare({ directory, scale }) {
    const count = scale(1_000, 100);
    const file = join(directory, 'archive.json');
    await writeFile(file, JSON.stringify(makeArchive(count)));
    const contender = (name: string, script: URL, every = 1): Contender => ({
      name,
      script,
      config: { file, warmup: scale(20, 2) },
      every,
    });
    const sum = Array.from({ length: count }, (_, i) => body(i).length).reduce((total, length) => total + length, 0);
    const messages = count.toLocaleString('en-US');
    return {
      cases: [
        {
          title: `${messages} messages, from the question to their texts`,
          base: 'sestina',
          turns: TURNS,
          metrics: [{ id: 'page', label: 'CPU of a page', unit: 'ms' }],
          headlines: [{ metric: 'page', what: `${messages} messages out of an archive` }],
          contenders: [
            contender('sestina', new URL('../contenders/archive-sestina.ts', import.meta.url)),
            contender('xmpp.js and a list', new URL('../contenders/archive-xmppjs.ts', import.meta.url)),
            contender('stanza', new URL('../contenders/archive-stanza.ts', import.meta.url), 2),
            contender('slixmpp', new URL('../contenders/archive-slixmpp.py', import.meta.url), 10),
          ],
          verify(checks) {
            for (const [name, check] of checks) {
              const read = check as Record<'count' | 'sum', number>;
              if (read.count === count && read.sum === sum) continue;
              throw new Error(`${name} read ${read.count} messages of ${count}, ${read.sum} of ${sum} characters`);
            }
          },
        },
      ],
    };
  },
};
