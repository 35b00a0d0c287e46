import { beforeEach, describe, expect, it } from 'vitest';
import type { DependencyContainer, Token } from '../../../src/di/index.js';
import { SestinaError } from '../../../src/errors.js';
import { Plugin } from '../../../src/xmpp/plugins/plugin.js';
import { PluginError, type PluginRegistry } from '../../../src/xmpp/plugins/plugin-registry.js';
import { A, B, Host, Options, thrown } from '../../helpers/plugins.js';

let host: Host;
let scope: DependencyContainer;
let registry: PluginRegistry;

beforeEach(() => {
  host = new Host();
  ({ registry, scope } = host);
});

describe('what cannot be installed', () => {
  class Nowhere {}

  it('names the class that is missing', () => {
    class Lost extends Plugin {
      static override readonly id = 'lost';
      static override readonly inject = [Nowhere] as const;
      constructor(readonly nowhere: Nowhere) {
        super();
      }
    }
    const error = thrown(() => registry.use(Lost));
    expect(error).toBeInstanceOf(SestinaError);
    expect([error.code, error.plugin, error.message]).toEqual([
      'ERR_PLUGIN_MISSING',
      'lost',
      'lost needs Nowhere, which this connection does not provide: install what does; where it holds options, static Options names it',
    ]);
  });

  it('names the circle', () => {
    class X extends Plugin {
      static override readonly id = 'a';
      // Y is not there yet when this class is made.
      static override get inject(): readonly Token<unknown>[] {
        return [Y];
      }
    }
    class Y extends Plugin {
      static override readonly id = 'b';
      static override readonly inject = [X] as const;
      constructor(readonly x: X) {
        super();
      }
    }
    const error = thrown(() => registry.use(Y));
    expect([error.code, error.message]).toEqual([
      'ERR_PLUGIN_CYCLE',
      'plugins need each other in a circle: b -> a -> b',
    ]);
    expect(registry.ids).toEqual([]);

    class Z extends Plugin {
      static override readonly id = 'z';
      static override readonly inject = [Y] as const;
      constructor(readonly y: Y) {
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

  it('is a constructor with a parameter that static inject does not name', () => {
    class Half extends Plugin {
      static override readonly id = 'half';
      static override readonly inject = [Host] as const;
      constructor(
        readonly host: Host,
        readonly what: Host,
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
    class More extends A {
      static override readonly id = 'more';
      constructor(
        host: Host,
        options: Options,
        readonly b: B,
      ) {
        super(host, options);
      }
    }
    const said = [Half, None, More].map((cls) => {
      const error = thrown(() => registry.use(cls as never));
      expect([error.code, error.plugin]).toEqual(['ERR_PLUGIN_WIRING', cls.id]);
      return error.message.replace(/: name the class of each, static override readonly inject = .* as const$/, '');
    });
    expect(said).toEqual([
      'half: the constructor of Half takes 2 parameters and static inject has 1',
      'none: the constructor of None takes 1 parameters and static inject has 0',
      'more: the constructor of More takes 3 parameters and static inject has 2',
    ]);
    expect(host.log).toEqual([]);
  });

  it.each([
    ['undefined', [Host, undefined], 'entry 1 of static inject is undefined: is there a circular import?'],
    // biome-ignore lint/suspicious/noSparseArray: what is tested
    ['a hole', [, Host], 'entry 0 of static inject is undefined: is there a circular import?'],
    ['a name', ['Host'], 'entry 0 of static inject is no class'],
    ['one class', Host, 'static inject of Odd has to be a list of classes'],
  ])('is one whose static inject has %s', (_, inject, fault) => {
    class Odd extends Plugin {
      static override readonly id = 'odd';
      static override readonly inject = inject as never;
    }
    const error = thrown(() => registry.use(Odd as never));
    expect([error.code, error.message]).toEqual(['ERR_PLUGIN_WIRING', `odd: ${fault}`]);
  });

  it('is another class with an id that is taken, as the second copy of a package has', () => {
    function copy() {
      return class Ping extends Plugin {
        static override readonly id = 'xep-0199';
      };
    }
    const [One, Other] = [copy(), copy()];
    const ping = registry.use(One);
    const error = thrown(() => registry.use(Other));
    expect([error.code, error.plugin, error.message]).toEqual([
      'ERR_PLUGIN_DUPLICATE',
      'xep-0199',
      'another class xep-0199 is installed already; npm ls @sestina/xep-0199 shows whether its package is there twice',
    ]);
    expect([...registry]).toEqual([ping]);

    class Asking extends Plugin {
      static override readonly id = 'asking';
      static override readonly inject = [Other] as const;
      constructor(readonly ping: Plugin) {
        super();
      }
    }
    expect(thrown(() => registry.use(Asking)).code).toBe('ERR_PLUGIN_DUPLICATE');
    expect([...registry]).toEqual([ping]);
    registry.remove(One);
    expect(registry.use(Asking).ping).toBeInstanceOf(Other);
  });

  it('is another class with the id of one that is just being installed', () => {
    class Inner extends Plugin {
      static override readonly id = 'dice';
    }
    class Outer extends Plugin {
      static override readonly id = 'dice';
      static override readonly inject = [Inner] as const;
      constructor(readonly inner: Inner) {
        super();
      }
    }
    const error = thrown(() => registry.use(Outer));
    expect(error.code).toBe('ERR_PLUGIN_DUPLICATE');
    expect(error.message).toContain('npm ls, with the name of its package,');
    expect(registry.ids).toEqual([]);
  });

  it('leaves nothing behind where a constructor throws', () => {
    class Failing extends Plugin {
      static override readonly id = 'failing';
      static override readonly Options = Options;
      static override readonly inject = [B, Host, Options] as const;
      constructor(
        readonly b: B,
        host: Host,
        _options: Options,
      ) {
        super();
        this.own(host.register('failing1'), host.register('failing2'));
        throw new RangeError('no');
      }
    }
    expect(() => registry.use(Failing, { interval: 5 })).toThrow(RangeError);
    expect(registry.ids).toEqual([]);
    expect([...host.live]).toEqual([]);
    expect(host.log).toEqual(['+a', '+b', '-failing2', '-failing1', '-b1', '-a2', '-a1']);
    expect(() => scope.resolve(Failing as never)).toThrow();
  });

  it('leaves what was there before', () => {
    const a = registry.use(A);
    class Failing extends Plugin {
      static override readonly id = 'failing';
      static override readonly inject = [B] as const;
      constructor(readonly b: B) {
        super();
        throw new RangeError('no');
      }
    }
    expect(() => registry.use(Failing)).toThrow(RangeError);
    expect([...registry]).toEqual([a]);
    expect([...host.live]).toEqual(['a1', 'a2']);
  });

  it('does not hurt the one that catches it', () => {
    class Optional extends Plugin {
      static override readonly id = 'optional';
      static override readonly inject = [Host] as const;
      readonly error: unknown;
      constructor(_host: Host) {
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
