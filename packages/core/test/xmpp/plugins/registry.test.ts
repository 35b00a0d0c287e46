import { beforeEach, describe, expect, it } from 'vitest';
import type { DependencyContainer } from '../../../src/di/index.js';
import { NoOptions, Plugin } from '../../../src/xmpp/plugins/plugin.js';
import type { PluginRegistry } from '../../../src/xmpp/plugins/plugin-registry.js';
import { A, B, C, Host, Options, Plain, thrown } from '../../helpers/plugins.js';

let host: Host;
let scope: DependencyContainer;
let registry: PluginRegistry;

beforeEach(() => {
  host = new Host();
  ({ registry, scope } = host);
});

describe('use()', () => {
  it('installs first what is needed, each once', () => {
    const c = registry.use(C);
    expect(host.log).toEqual(['+a', '+b', '+c']);
    expect(registry.ids).toEqual(['a', 'b', 'c']);
    expect([...registry]).toEqual([registry.get(A), registry.get(B), c]);
    expect(c.a).toBe(c.b.a);
  });

  it('gives the same instance the second time', () => {
    expect(registry.use(A)).toBe(registry.use(A));
    expect(registry.use(B).a).toBe(registry.use(A));
    expect(host.log.filter((line) => line === '+a')).toHaveLength(1);
  });

  it('gives two connections two instances', () => {
    const otherHost = new Host();
    const other = otherHost.registry;
    expect(other.use(B)).not.toBe(registry.use(B));
    expect(other.use(B).a).not.toBe(registry.use(B).a);
    expect(other.use(B).host).toBe(otherHost);
    registry.remove(B);
    expect([registry.has(B), other.has(B)]).toEqual([false, true]);
  });

  it('takes a plugin that needs nothing', () => {
    expect(registry.use(Plain)).toBeInstanceOf(Plain);
    expect(Plain.Options).toBe(NoOptions);
  });

  it('takes a plugin below a base class that needs nothing', () => {
    abstract class Base extends Plugin {}
    class Derived extends Base {
      static override readonly id = 'derived';
    }
    expect(registry.use(Derived)).toBeInstanceOf(Derived);
  });

  it('takes a subclass without a constructor: it inherits static inject with the one above', () => {
    class Derived extends A {
      static override readonly id = 'derived';
    }
    expect(registry.use(Derived, { interval: 5 })).toMatchObject({ host, options: { interval: 5 } });
    expect(registry.use(A).options.interval).toBe(60);
  });

  it('leaves parameters with defaults to their defaults', () => {
    class WithDefault extends Plugin {
      static override readonly id = 'with-default';
      static override readonly inject = [Host] as const;
      constructor(
        readonly host: Host,
        readonly extra = 5,
      ) {
        super();
      }
    }
    expect(registry.use(WithDefault)).toMatchObject({ host, extra: 5 });
  });

  it('makes it resolvable, with its options', () => {
    const a = registry.use(A, { interval: 5 });
    expect(scope.resolve(A)).toBe(a);
    expect(scope.resolve(Options)).toBe(a.options);
  });

  it('refuses a plugin without an id', () => {
    class Nameless extends Plugin {}
    const error = thrown(() => registry.use(Nameless));
    expect([error.code, error.message]).toEqual([
      'ERR_PLUGIN_WIRING',
      "Nameless has no id: give it a `static readonly id = 'a-name'`",
    ]);
  });

  it.each([
    ['a text', 'xep_0199', '"xep_0199"'],
    ['an object', {}, '[object Object]'],
    ['null', null, 'null'],
  ])('refuses %s', (_, given, got) => {
    const error = thrown(() => registry.use(given as never));
    expect([error.code, error.message]).toEqual(['ERR_PLUGIN_WIRING', `use() expected a plugin class, got ${got}`]);
  });

  it('says that undefined comes from a circular import', () => {
    expect(() => registry.use(undefined as never)).toThrow(/circular import/);
  });

  it('refuses a class that is no plugin, or one of another copy of the package', () => {
    const error = thrown(() => registry.use(Host as never));
    expect([error.code, error.message]).toEqual([
      'ERR_PLUGIN_WIRING',
      'Host is no plugin of this copy of @sestina/core; npm ls @sestina/core shows whether it is installed twice',
    ]);
  });
});

describe('options', () => {
  it('have the defaults of their class', () => {
    expect(registry.use(A).options).toEqual({ interval: 60, mode: 'quiet', limit: undefined });
  });

  it('are taken one by one; undefined leaves the default', () => {
    expect(registry.use(A, { interval: undefined, mode: 'loud', limit: 5 } as never).options).toEqual({
      interval: 60,
      mode: 'loud',
      limit: 5,
    });
  });

  it.each(['intervall', 'toString', 'constructor', 'hasOwnProperty'])('refuse the unknown name "%s"', (name) => {
    const error = thrown(() => registry.use(A, { [name]: 1 } as never));
    expect([error.code, error.plugin]).toEqual(['ERR_PLUGIN_OPTIONS', 'a']);
    expect(error.message).toBe(`a has no option "${name}"; it has: interval, mode, limit`);
    expect(registry.has(A)).toBe(false);
  });

  it('refuse "__proto__" from parsed JSON', () => {
    expect(thrown(() => registry.use(A, JSON.parse('{"__proto__":{"interval":1}}'))).code).toBe('ERR_PLUGIN_OPTIONS');
  });

  it('say that there are none', () => {
    expect(thrown(() => registry.use(Plain, { x: 1 } as never)).message).toBe('plain has no option "x"; it has: none');
  });

  it('cannot be changed by a second call', () => {
    registry.use(B);
    const error = thrown(() => registry.use(A, { interval: 5 }));
    expect([error.code, error.message]).toEqual([
      'ERR_PLUGIN_OPTIONS',
      'a is installed with other options: call use() with these before anything that needs it',
    ]);
    expect(registry.get(A).options.interval).toBe(60);
  });

  it('may be given again as they are', () => {
    const a = registry.use(A, { interval: 5 });
    expect(registry.use(A, { interval: 5 })).toBe(a);
    expect(registry.use(A, {})).toBe(a);
    expect(registry.use(A, { interval: 5, mode: 'quiet' })).toBe(a);
  });

  it('are an object of their own for each connection', () => {
    const other = new Host().registry;
    expect(other.use(A, { interval: 1 }).options.interval).toBe(1);
    expect(registry.use(A).options.interval).toBe(60);
  });
});

describe('get() and find()', () => {
  it('give the instance', () => {
    const a = registry.use(A);
    expect([registry.get(A), registry.find(A)]).toEqual([a, a]);
  });

  it('say what to call where it is not installed', () => {
    const error = thrown(() => registry.get(A));
    expect([error.code, error.message]).toEqual([
      'ERR_PLUGIN_MISSING',
      'a is not installed: call use() with its class first',
    ]);
    expect(registry.find(A)).toBeUndefined();
  });
});
