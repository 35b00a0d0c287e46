import { Plugin } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import type { Parts } from '../src/part.js';
import { account } from '../src/parts/account.js';
import { connection } from '../src/parts/connection.js';
import { conversation } from '../src/parts/conversation.js';
import { device } from '../src/parts/device.js';
import { ground } from '../src/parts/ground.js';
import { history } from '../src/parts/history.js';
import { rooms } from '../src/parts/rooms.js';
import { stored } from '../src/parts/stored.js';

const all: Parts = {
  ...ground,
  ...connection,
  ...device,
  ...history,
  ...conversation,
  ...stored,
  ...account,
  ...rooms,
};

describe('the parts', () => {
  // Or it would be installed with the other one, without its options.
  it('stand behind those that they need', () => {
    const before = new Set<unknown>();
    for (const [name, { plugin }] of Object.entries(all)) {
      const injected = plugin.inject === 'parameters' ? [] : plugin.inject;
      const needed = Object.entries(all).filter(([, other]) =>
        injected.some((token) => other.plugin === token || other.plugin.provides.includes(token)),
      );
      for (const [other, part] of needed) expect(before, `${name} needs ${other}`).toContain(part.plugin);
      before.add(plugin);
    }
  });

  it('are all different plugins', () => {
    const plugins = Object.values(all).map(({ plugin }) => plugin);
    expect(plugins.every((plugin) => plugin.prototype instanceof Plugin)).toBe(true);
    expect(new Set(plugins).size).toBe(plugins.length);
  });

  it('have options in which quiet is something that their plugin knows', () => {
    for (const { plugin, quiet } of Object.values(all))
      expect(Object.keys(new plugin.Options())).toEqual(expect.arrayContaining(Object.keys(quiet)));
  });
});
