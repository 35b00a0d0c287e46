import { describe, expect, it } from 'vitest';
import { AdvertisedFeatures } from '../../src/xmpp/advertised.js';

describe('announced features', () => {
  it('stay until everybody who announces them has stopped', () => {
    const features = new AdvertisedFeatures(() => {});
    const [one, other] = [features.add('urn:x'), features.add('urn:x')];
    one.dispose();
    one.dispose();
    expect(features.has('urn:x')).toBe(true);
    other.dispose();
    expect(features.has('urn:x')).toBe(false);
  });

  it('are listed once, in the order in which they came', () => {
    const features = new AdvertisedFeatures(() => {});
    for (const name of ['b', 'a', 'b', '__proto__']) features.add(name);
    expect([...features]).toEqual(['b', 'a', '__proto__']);
  });

  it('tell of a change only where there is one', () => {
    let changes = 0;
    const features = new AdvertisedFeatures(() => changes++);
    const first = features.add('a');
    const second = features.add('a');
    expect(changes).toBe(1);
    first.dispose();
    expect(changes).toBe(1);
    second.dispose();
    second.dispose();
    expect(changes).toBe(2);
  });
});
