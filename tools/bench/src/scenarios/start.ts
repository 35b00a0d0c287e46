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
    });
    const all = `sestina, ${plugins.length} plugin packages`;
    return {
      cases: [
        {
          title: 'without a network: the server is a script in the same process',
          base: 'sestina',
          metrics: [
            { id: 'import', label: 'import', unit: 'ms' },
            { id: 'connect', label: 'connect', unit: 'ms' },
            { id: 'total', label: 'start of the process to session', unit: 'ms' },
          ],
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
            const { plugins: installed } = checks.get(all) as { plugins: number };
            if (installed < plugins.length) throw new Error(`${installed} plugins of ${plugins.length} packages`);
          },
        },
      ],
    };
  },
};
