import { pluginPackages } from '../harness/files.js';
import type { Contender, Scenario } from '../harness/types.js';

/** (f): how soon a fresh process has a session. */
export const start: Scenario = {
  id: 'f',
  title: 'import and connect(), in a fresh process',
  async prepare() {
    const plugins = await pluginPackages();
    const contender = (name: string, script: URL, config: Record<string, unknown> = {}): Contender => ({
      name,
      script,
      config,
      floor: name.endsWith('(floor)'),
    });
    const all = `sestina, ${plugins.length} plugin packages`;
    return {
      cases: [
        {
          title: 'without a network: the server is a script in the same process',
          base: 'sestina',
          metrics: [
            { id: 'import', label: 'import, CPU', unit: 'ms' },
            { id: 'connect', label: 'connect, CPU', unit: 'ms' },
            { id: 'total', label: 'start of the process to session, CPU', unit: 'ms' },
          ],
          headlines: [{ metric: 'total', what: 'from the start of a process to its session' }],
          contenders: [
            contender('sestina', new URL('../contenders/start-sestina.ts', import.meta.url), { plugins: [] }),
            contender('sestina, preset-im', new URL('../contenders/start-sestina.ts', import.meta.url), {
              plugins: ['@sestina/preset-im'],
            }),
            contender(all, new URL('../contenders/start-sestina.ts', import.meta.url), { plugins }),
            contender('node (floor)', new URL('../contenders/start-node.ts', import.meta.url)),
            contender('xmpp.js', new URL('../contenders/start-xmppjs.ts', import.meta.url)),
            contender('stanza', new URL('../contenders/start-stanza.ts', import.meta.url)),
            contender('slixmpp', new URL('../contenders/start-slixmpp.py', import.meta.url)),
          ],
          verify(checks) {
            const said = checks.get(all) as { plugins: number } | undefined;
            if (said?.plugins === 0) throw new Error(`no plugin in ${plugins.length} packages`);
          },
        },
      ],
    };
  },
};
