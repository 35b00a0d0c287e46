import { ConfigError } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { Bind2Options } from '../src/index.js';
import { checkOptions } from '../src/options.js';

describe('the options of Bind 2', () => {
  it.each([[{ tag: '' }], [{ tag: 5 as never }], [{ withoutArchive: 'maybe' as never }]])(
    '%j are refused',
    (changes) => {
      expect(() => checkOptions({ ...new Bind2Options(), ...changes })).toThrow(ConfigError);
    },
  );
});
