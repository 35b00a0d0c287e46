import { describe, expect, it } from 'vitest';
import { SaslUpgradeOptions } from '../src/index.js';

describe('the options of an upgrade', () => {
  it('are careful by default', () => {
    expect({ ...new SaslUpgradeOptions() }).toEqual({ enabled: true, requireChannelBinding: true });
  });
});
