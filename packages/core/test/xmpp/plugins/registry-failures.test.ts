import { beforeEach, describe, expect, it } from 'vitest';
import { childContainer, type DependencyContainer, inject } from '../../../src/di/index.js';
import { SestinaError } from '../../../src/errors.js';
import { Plugin } from '../../../src/xmpp/plugins/plugin.js';
import { PluginError, PluginRegistry } from '../../../src/xmpp/plugins/plugin-registry.js';
import { A, B, Host, Options, thrown } from '../../helpers/plugins.js';

let host: Host;
let scope: DependencyContainer;
let registry: PluginRegistry;

beforeEach(() => {
  host = new Host();
  scope = childContainer();
  scope.registerInstance(Host, host);
  registry = new PluginRegistry(scope, host);
});

describe('what cannot be installed', () => {
  class Nowhere {}

  it('names the class that is missing', () => {
    class Lost extends Plugin {
      static override readonly id = 'lost';
      constructor(@inject(Nowhere) readonly nowhere: Nowhere) {
        super();
      }
    }
    const error = thrown(() => registry.use(Lost));
    expect(error).toBeInstanceOf(SestinaError);
    expect([error.code, error.plugin, error.message]).toEqual([
      'ERR_PLUGIN_MISSING',
      'lost',
      'lost needs Nowhere, which this connection does not provide',
    ]);
  });

  it('names the circle', () => {
    class X extends Plugin {
      static override readonly id = 'a';
    }
    class Y extends Plugin {
      static override readonly id = 'b';
      constructor(@inject(X) readonly x: X) {
        super();
      }
    }
    // What a decorator of X would do, were Y defined by then.
    (inject(Y) as (target: object, key: undefined, index: number) => void)(X, undefined, 0);
    const error = thrown(() => registry.use(Y));
    expect([error.code, error.message]).toEqual([
      'ERR_PLUGIN_CYCLE',
      'plugins need each other in a circle: b -> a -> b',
    ]);
    expect(registry.ids).toEqual([]);

    class Z extends Plugin {
      static override readonly id = 'z';
      constructor(@inject(Y) readonly y: Y) {
        super();
      }
    }
    expect(thrown(() => registry.use(Z)).message).toContain(': b -> a -> b');
  });

  it('names the circle also where a constructor calls use()', () => {
    class Inner extends Plugin {
      static override readonly id = 'inner';
      constructor() {
        super();
        registry.use(Outer);
      }
    }
    class Outer extends Plugin {
      static override readonly id = 'outer';
      constructor() {
        super();
        registry.use(Inner);
      }
    }
    expect(thrown(() => registry.use(Outer)).message).toContain('outer -> inner -> outer');
    expect(registry.ids).toEqual([]);
  });

  it('is a subclass that inherits a constructor with parameters', () => {
    class Derived extends A {
      static override readonly id = 'derived';
    }
    const error = thrown(() => registry.use(Derived));
    expect([error.code, error.plugin]).toEqual(['ERR_PLUGIN_WIRING', 'derived']);
    expect(error.message).toMatch(/Derived needs an @inject.* of its own.*subclass/);
    expect(host.log).toEqual([]);
  });

  it('is a constructor with a parameter that says nothing', () => {
    class Half extends Plugin {
      static override readonly id = 'half';
      constructor(
        @inject(Host) readonly host: Host,
        readonly what: Host,
      ) {
        super();
      }
    }
    class FirstHalf extends Plugin {
      static override readonly id = 'first-half';
      constructor(
        readonly what: Host,
        @inject(Host) readonly host: Host,
      ) {
        super();
      }
    }
    class None extends Plugin {
      static override readonly id = 'none';
      constructor(readonly what: Host) {
        super();
      }
    }
    for (const cls of [Half, FirstHalf, None]) {
      const error = thrown(() => registry.use(cls));
      expect([error.code, error.plugin]).toEqual(['ERR_PLUGIN_WIRING', cls.id]);
    }
  });

  it('leaves nothing behind where a constructor throws', () => {
    class Failing extends Plugin {
      static override readonly id = 'failing';
      static override readonly Options = Options;
      constructor(
        @inject(B) readonly b: B,
        @inject(Host) host: Host,
        @inject(Options) _options: Options,
      ) {
        super();
        this.own(host.register('failing1'), host.register('failing2'));
        throw new RangeError('no');
      }
    }
    expect(() => registry.use(Failing, { interval: 5 })).toThrow(RangeError);
    expect(registry.ids).toEqual([]);
    expect([...host.registered]).toEqual([]);
    expect(host.log).toEqual(['+a', '+b', '-failing2', '-failing1', '-b1', '-a2', '-a1']);
    expect(() => scope.resolve(Failing as never)).toThrow();
  });

  it('leaves what was there before', () => {
    const a = registry.use(A);
    class Failing extends Plugin {
      static override readonly id = 'failing';
      constructor(@inject(B) readonly b: B) {
        super();
        throw new RangeError('no');
      }
    }
    expect(() => registry.use(Failing)).toThrow(RangeError);
    expect([...registry]).toEqual([a]);
    expect([...host.registered]).toEqual(['a1', 'a2']);
  });

  it('does not hurt the one that catches it', () => {
    class Optional extends Plugin {
      static override readonly id = 'optional';
      readonly error: unknown;
      constructor(@inject(Host) _host: Host) {
        super();
        try {
          registry.use(A, { nothing: 1 } as never);
        } catch (error) {
          this.error = error;
        }
      }
    }
    expect(registry.use(Optional).error).toBeInstanceOf(PluginError);
    expect(registry.ids).toEqual(['optional']);
  });
});
