import { type Contender, type Scenario, TURNS } from '../harness/types.js';

/** (p): a component with many addresses, each of which has contacts. */
export const addresses: Scenario = {
  id: 'p',
  title: 'the addresses of a component',
  prepare({ scale }) {
    const count = scale(1_000, 50);
    const contacts = 10;
    const contenders = (often: boolean): Contender[] => {
      const contender = (name: string, script: URL, every = 1): Contender => ({
        name,
        script,
        config: { addresses: count, contacts, often, warmup: scale(10, 2) },
        flags: ['--expose-gc'],
        every,
      });
      return [
        contender('sestina', new URL('../contenders/addresses-sestina.ts', import.meta.url)),
        contender('xmpp.js and a Map', new URL('../contenders/addresses-xmppjs.ts', import.meta.url)),
        contender('slixmpp', new URL('../contenders/addresses-slixmpp.py', import.meta.url), 10),
      ];
    };
    const verify = (checks: ReadonlyMap<string, unknown>): void => {
      for (const [name, check] of checks) {
        const { known, told } = check as Record<'known' | 'told', number>;
        if (known === count * contacts && told === count * contacts) continue;
        throw new Error(`${name} knows ${known} of ${count * contacts} contacts, and told ${told} of them`);
      }
    };
    const title = `${count.toLocaleString('en-US')} addresses, ${contacts} contacts each`;
    return {
      cases: [
        {
          title: `${title}: a process starts, with what a store has of them, and says that all are there`,
          base: 'sestina',
          metrics: [
            { id: 'start', label: 'until everybody was told, CPU', unit: 'ms' },
            { id: 'kept', label: 'memory of an address', unit: 'KB' },
          ],
          headlines: [{ metric: 'start', what: `starting a component: ${title}` }],
          contenders: contenders(false),
          verify,
        },
        {
          title: `${title}: each tells all of them how it is`,
          base: 'sestina',
          turns: TURNS,
          metrics: [{ id: 'us', label: 'per presence', unit: 'µs' }],
          contenders: contenders(true),
          verify,
        },
      ],
    };
  },
};
