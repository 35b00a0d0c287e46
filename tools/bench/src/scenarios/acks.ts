import type { Contender, Scenario } from '../harness/types.js';

/** (o): what stream management takes, of time and of memory. */
export const acks: Scenario = {
  id: 'o',
  title: 'messages that wait for their acknowledgement',
  prepare({ scale }) {
    const count = scale(10_000, 500);
    const contenders = (often: boolean): Contender[] => {
      const contender = (name: string, script: URL, every = 1): Contender => ({
        name,
        script,
        config: { count, often, warmup: scale(3, 1) },
        flags: ['--expose-gc'],
        every,
      });
      return [
        contender('sestina', new URL('../contenders/acks-sestina.ts', import.meta.url)),
        contender('xmpp.js', new URL('../contenders/acks-xmppjs.ts', import.meta.url)),
        contender('stanza', new URL('../contenders/acks-stanza.ts', import.meta.url), 2),
        contender('slixmpp', new URL('../contenders/acks-slixmpp.py', import.meta.url), 4),
      ];
    };
    const messages = count.toLocaleString('en-US');
    const verify = (checks: ReadonlyMap<string, unknown>): void => {
      for (const [name, check] of checks) {
        if (check !== count) throw new Error(`${name} counted ${check} messages in the place of ${count}`);
      }
    };
    return {
      cases: [
        {
          title: `${messages} messages are sent, then all are acknowledged at once`,
          base: 'sestina',
          turns: 8,
          metrics: [
            { id: 'sent', label: 'sending one, CPU', unit: 'µs' },
            { id: 'acked', label: 'acknowledging one, CPU', unit: 'µs' },
          ],
          headlines: [{ metric: 'sent', what: 'sending a message that is kept until the server has it' }],
          contenders: contenders(true),
          verify,
        },
        {
          title: `${messages} messages that wait`,
          base: 'sestina',
          metrics: [{ id: 'kept', label: 'memory of one', unit: 'KB' }],
          contenders: contenders(false),
          verify,
        },
      ],
    };
  },
};
