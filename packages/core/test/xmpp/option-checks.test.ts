import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { audienceOption, booleanOption, knownOptions } from '../../src/xmpp/option-checks.js';

describe('an option that there is not', () => {
  const known = { port: 0, timeout: 0, reconnectionDelayOfTheTransport: 0 };
  const given = (name: string) => () => knownOptions({ [name]: 1 } as never, known);

  it.each([
    ['pert', 'port'],
    ['PORT', 'port'],
    ['ports', 'port'],
    ['tiemout', 'timeout'],
    ['timeot', 'timeout'],
    ['tmeoux', 'timeout'],
    ['reconectionDelayOfTheTransport', undefined],
  ])('is refused where it is nearly one: %s', (name, meant = 'reconnectionDelayOfTheTransport') => {
    expect(given(name)).toThrow(new ConfigError(`there is no option "${name}": did you mean "${meant}"?`, name));
  });

  it.each([
    'por',
    'prot',
    'poxts',
    'porters',
    'tiemuot',
    'reconnectionDelayOfTheTransporl',
    'reconnectionDelayOfTheTransports',
  ])('is left alone where it is too short, too long or too different: %s', (name) => {
    expect(given(name)).not.toThrow();
  });
});

it('who may know something is one of four words or a function', () => {
  for (const fits of [undefined, 'account', 'contacts', 'everybody', 'nobody', () => true]) {
    expect(() => audienceOption('who', fits)).not.toThrow();
  }
  for (const odd of ['', 'all', null, true, {}]) expect(() => audienceOption('who', odd)).toThrow(ConfigError);
});

it('what is true or false is nothing else', () => {
  for (const fits of [undefined, true, false]) expect(() => booleanOption('on', fits)).not.toThrow();
  for (const odd of ['true', 0, null]) {
    expect(() => booleanOption('on', odd as never)).toThrow(/on has to be true or false, got /);
  }
});
