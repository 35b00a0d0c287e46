import { describe, expect, it } from 'vitest';
import { LimitsFeature, StreamLimitsOptions } from '../src/index.js';

describe('what a server says', () => {
  it('is read as it stands: what it is worth is decided later', () => {
    const limits = new LimitsFeature({ maxBytes: '1e9', idleSeconds: '-1' });
    expect(limits.xml.toString()).toContain('<max-bytes>1e9</max-bytes>');
    expect(new StreamLimitsOptions().assumedMaxBytes).toBe(262_144);
  });
});
