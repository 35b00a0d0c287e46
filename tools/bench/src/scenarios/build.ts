import { sameXml } from '@sestina/testing';
import { type Contender, type Scenario, TURNS } from '../harness/types.js';

interface Written {
  readonly first: string;
  readonly second: string;
}

/** All have to have written the same two messages, by meaning. */
function verify(checks: ReadonlyMap<string, unknown>): void {
  const [reference] = checks.values();
  for (const [name, check] of checks) {
    for (const key of ['first', 'second'] as const) {
      // Debian's slixmpp adds an xml:lang of its own.
      const options = { anyOrder: true, ignoreAttributes: ['xml:lang'] };
      const difference = sameXml((reference as Written)[key], (check as Written)[key], options);
      if (difference) throw new Error(`${name} wrote another message: ${difference}`);
    }
  }
}

/** (c): what it takes to make a message and its text. */
export const build: Scenario = {
  id: 'c',
  title: 'a message with three extensions → text',
  prepare({ scale }) {
    const contender = (name: string, script: URL, slow = false): Contender => ({
      name,
      script,
      floor: name.endsWith('(floor)'),
      config: {
        count: scale(2_000, 200),
        warmup: slow ? scale(2, 1) : scale(20, 3),
      },
      every: slow ? 10 : 1,
    });
    return {
      cases: [
        {
          title: 'message, receipt request, chat state, origin id',
          base: 'sestina',
          turns: TURNS,
          metrics: [{ id: 'us', label: 'per message', unit: 'µs' }],
          headlines: [{ metric: 'us', what: 'making a message with three extensions, and its text' }],
          contenders: [
            contender('sestina', new URL('../contenders/build-sestina.ts', import.meta.url)),
            contender('text (floor)', new URL('../contenders/build-text.ts', import.meta.url)),
            contender('xmpp.js', new URL('../contenders/build-xmppjs.ts', import.meta.url)),
            contender('stanza', new URL('../contenders/build-stanza.ts', import.meta.url)),
            contender('strophe.js', new URL('../contenders/build-strophe.ts', import.meta.url), true),
            contender('slixmpp', new URL('../contenders/build-slixmpp.py', import.meta.url), true),
          ],
          verify,
        },
      ],
    };
  },
};
