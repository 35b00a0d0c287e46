import { attr, element, xml } from '@sestina/core';
import { PrivateXml } from '@sestina/xep-0049';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

const NS = 'urn:example:settings';
class Settings extends element('settings', NS, { theme: attr('theme') }) {}

describe.each(KINDS)('private data with %s', (kind) => {
  const bench = useServer({ kind });

  it('is kept for all devices of the account, and changed with what is unknown in it', async () => {
    const user = await bench.account();
    const [one, other] = await Promise.all([bench.online(user), bench.online(user)]);
    const [mine, theirs] = [one.use(PrivateXml), other.use(PrivateXml)];
    expect(await mine.get(Settings)).toBeUndefined();
    const settings = new Settings({ theme: 'dark' });
    settings.xml.append(xml('vendor', { xmlns: 'urn:v', a: '1' }, 'kept') as never);
    await mine.set(settings);
    expect((await theirs.get(Settings))?.theme).toBe('dark');
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(
      names.map((name) =>
        mine.update(Settings, (value) => {
          value.theme = `${value.theme}${name}`;
        }),
      ),
    );
    const found = await theirs.get(Settings);
    expect(found?.theme).toBe('darkabcd');
    expect(found?.xml.child('vendor', 'urn:v')?.text).toBe('kept');
  });
});
