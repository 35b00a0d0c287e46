import type { Contender, Scenario } from '../harness/types.js';

/** (d): what a session costs that does nothing. */
export const idle: Scenario = {
  id: 'd',
  title: 'a client session that is idle',
  prepare({ scale }) {
    const sessions = scale(1_000, 100);
    const contender = (name: string, script: URL): Contender => ({
      name,
      script,
      config: { sessions },
      flags: ['--expose-gc'],
    });
    return {
      cases: [
        {
          title: `${sessions} sessions in one process, without a network`,
          base: 'sestina',
          metrics: [
            { id: 'heap', label: 'heap of one session', unit: 'KB' },
            { id: 'timers', label: 'timers of one session', unit: 'timers' },
            { id: 'objects', label: 'objects of one session', unit: 'objects' },
          ],
          contenders: [
            contender('sestina', new URL('../contenders/idle-sestina.ts', import.meta.url)),
            contender('xmpp.js', new URL('../contenders/idle-xmppjs.ts', import.meta.url)),
            contender('stanza', new URL('../contenders/idle-stanza.ts', import.meta.url)),
          ],
          targets: [
            { metric: 'heap', contender: 'sestina', absolute: true, atMost: 60 },
            { metric: 'timers', contender: 'sestina', absolute: true, atMost: 1 },
          ],
          verify(checks) {
            for (const [name, check] of checks) {
              const { sessions: opened } = check as { sessions: number };
              if (opened !== sessions) throw new Error(`${name} opened ${opened} sessions of ${sessions}`);
            }
          },
        },
      ],
    };
  },
};
