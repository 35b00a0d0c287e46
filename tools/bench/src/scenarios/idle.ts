import type { Contender, Scenario } from '../harness/types.js';

/** (d): what sessions cost that do nothing, and what it takes to have very many of them. */
export const idle: Scenario = {
  id: 'd',
  title: 'very many client sessions in one process, idle',
  prepare({ scale }) {
    const many = scale(10_000, 200);
    // What takes twenty times as much gets a twentieth of them: it would not fit.
    const fewer = scale(500, 50);
    const contender = (name: string, script: URL, sessions = many): Contender => ({
      name: sessions === many ? name : `${name}, ${sessions} of them`,
      script,
      config: { sessions },
      flags: ['--expose-gc', '--max-old-space-size=8192'],
    });
    const contenders = [
      contender('sestina', new URL('../contenders/idle-sestina.ts', import.meta.url)),
      contender('xmpp.js', new URL('../contenders/idle-xmppjs.ts', import.meta.url)),
      contender('stanza', new URL('../contenders/idle-stanza.ts', import.meta.url), fewer),
      contender('slixmpp', new URL('../contenders/idle-slixmpp.py', import.meta.url), fewer),
    ];
    const sessions = many.toLocaleString('en-US');
    return {
      cases: [
        {
          title: `${sessions} sessions, anonymous, without a network`,
          base: 'sestina',
          metrics: [
            { id: 'heap', label: 'memory of one session', unit: 'KB' },
            { id: 'login', label: 'CPU of one login', unit: 'ms' },
            { id: 'timers', label: 'timers of one session', unit: 'timers' },
            { id: 'objects', label: 'objects of one session', unit: 'objects' },
          ],
          headlines: [
            { metric: 'heap', what: `memory of a session, of ${sessions} in one process` },
            { metric: 'login', what: 'logging one of them in' },
          ],
          contenders,
          targets: [
            { metric: 'heap', contender: 'sestina', absolute: true, atMost: 60 },
            { metric: 'timers', contender: 'sestina', absolute: true, atMost: 1 },
          ],
          verify(checks) {
            for (const { name, config } of contenders) {
              const { sessions: opened } = (checks.get(name) ?? config) as { sessions: number };
              if (opened !== config?.['sessions']) throw new Error(`${name} opened ${opened} sessions`);
            }
          },
        },
      ],
    };
  },
};
