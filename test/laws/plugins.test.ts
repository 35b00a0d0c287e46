import { pluginLaws } from '@sestina/testing/laws';
import { describe, expect, it } from 'vitest';
import { applicationConnection } from './law-client.js';
import { pluginFolders, pluginsOf } from './packages.js';

const folders = pluginFolders();

describe.each(folders)('plugins/%s', async (folder) => {
  const plugins = await pluginsOf(folder);
  it('has one plugin for each id', () => {
    expect(new Set(plugins.map(({ plugin }) => plugin.id)).size).toBe(plugins.length);
  });
  for (const { plugin, declaration } of plugins) {
    describe(plugin.name, () => {
      for (const law of pluginLaws(plugin, declaration, applicationConnection)) it(law.name, () => law.check());
    });
  }
});
