import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../harness/files.js';
import type { Contender, Scenario } from '../harness/types.js';

async function pluginPackages(): Promise<string[]> {
  const folders = (await readdir(join(ROOT, 'plugins'))).sort();
  const names: string[] = [];
  for (const folder of folders) {
    const text = await readFile(join(ROOT, 'plugins', folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) names.push((JSON.parse(text) as { name: string }).name);
  }
  return names;
}

/** (f): how soon a fresh process has a session. */
export const start: Scenario = {
  id: 'f',
  title: 'import and connect(), in a fresh process',
  async prepare() {
    const plugins = await pluginPackages();
    const contender = (name: string, file: string, config: Record<string, unknown> = {}): Contender => ({
      name,
      script: new URL(`../contenders/start-${file}`, import.meta.url),
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
            contender('sestina', 'sestina.ts', { plugins: [] }),
            contender(all, 'sestina.ts', { plugins }),
            contender('node (floor)', 'node.ts'),
            contender('xmpp.js', 'xmppjs.ts'),
            contender('stanza', 'stanza.ts'),
            contender('slixmpp', 'slixmpp.py'),
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
