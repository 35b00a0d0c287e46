import { describe, expect, it } from 'vitest';
import { announced } from './announced.js';
import { addedNames, doubled, namesIn } from './names.js';
import { pluginFolders, pluginsOf } from './packages.js';

const folders = pluginFolders();

describe('what packages call things', () => {
  it('gives no id to two plugins', async () => {
    const plugins = (await Promise.all(folders.map(pluginsOf))).flat();
    expect(plugins.length).toBeGreaterThan(20);
    expect(doubled(plugins.map(({ folder, plugin }) => ({ folder, name: plugin.id })))).toEqual([]);
  });

  it('gives no field and no event to two packages', () => {
    const added = folders.flatMap(addedNames);
    expect(added.length).toBeGreaterThan(20);
    expect(doubled(added.map((one) => ({ ...one, name: `${one.to}.${one.name}` })))).toEqual([]);
  });

  it('has no feature announced by two packages', async () => {
    const plugins = (await Promise.all(folders.map(pluginsOf))).flat();
    const features = plugins.flatMap((found) => announced(found).map((name) => ({ folder: found.folder, name })));
    expect(features.length).toBeGreaterThan(5);
    expect(doubled(features)).toEqual([]);
  });

  it('sees a name that is there twice', () => {
    const source = `
declare module '@sestina/core' {
  interface XMPPEvents {
    /** Something has happened. */
    happened: { readonly what: string };
  }
  interface Message {
    readonly thing: Thing | undefined;
  }
}
`;
    const names = namesIn(source).map(({ to, name, meaning }) => ({ name: `${to}.${name}`, meaning }));
    expect(names.map(({ name }) => name)).toEqual(['XMPPEvents.happened', 'Message.thing']);
    const [happened, thing] = names;
    const one = [happened, thing].map((name) => ({ folder: 'one', name: '', ...name }));
    const two = [
      { folder: 'two', name: '', ...happened, meaning: 'something else' },
      { folder: 'two', name: '', ...thing },
    ];
    expect(doubled([...one, ...two])).toEqual(['XMPPEvents.happened: one, two']);
  });
});
