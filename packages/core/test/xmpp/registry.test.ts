import { beforeEach, describe, expect, it } from 'vitest';
import { childContainer, type DependencyContainer, inject, injectable } from '../../src/di/index.js';
import { SestinaError } from '../../src/errors.js';
import { disposeAll, Registration } from '../../src/registration.js';
import { NoOptions, Plugin } from '../../src/xmpp/plugin.js';
import { PluginError, PluginRegistry, type RegistryHost } from '../../src/xmpp/plugin-registry.js';

/** What stands for the connection: it records what plugins register, as BaseXMPP does. */
class Host implements RegistryHost {
  readonly log: string[] = [];
  readonly registered = new Set<string>();
  readonly errors: [error: unknown, where: string][] = [];
  online = false;
  #recorder: Registration[] | undefined;

  constructing<T>(construct: () => T): T {
    const outer = this.#recorder;
    const recorded: Registration[] = [];
    this.#recorder = recorded;
    try {
      return construct();
    } catch (error) {
      disposeAll(recorded);
      throw error;
    } finally {
      this.#recorder = outer;
    }
  }

  reportError(error: unknown, where: string): void {
    this.errors.push([error, where]);
  }

  register(name: string): Registration {
    this.registered.add(name);
    const registration = new Registration(() => {
      this.registered.delete(name);
      this.log.push(`-${name}`);
    });
    this.#recorder?.push(registration);
    return registration;
  }
}

class Options {
  interval = 60;
  mode: 'loud' | 'quiet' = 'quiet';
  limit: number | undefined = undefined;
}

@injectable()
class A extends Plugin {
  static override readonly id: string = 'a';
  static override readonly Options = Options;

  constructor(
    @inject(Host) readonly host: Host,
    @inject(Options) readonly options: Options,
  ) {
    super();
    host.log.push('+a');
    this.own(host.register('a1'), host.register('a2'));
  }

  override sessionStart(): void {
    this.host.log.push('start a');
  }

  override sessionEnd(reason: Error): void {
    this.host.log.push(`end a: ${reason.message}`);
  }
}

@injectable()
class B extends Plugin {
  static override readonly id = 'b';

  constructor(
    @inject(A) readonly a: A,
    @inject(Host) readonly host: Host,
  ) {
    super();
    host.log.push('+b');
    this.own(host.register('b1'));
  }

  override async sessionStart(): Promise<void> {
    this.host.log.push('start b');
  }
}

@injectable()
class C extends Plugin {
  static override readonly id = 'c';

  constructor(
    @inject(B) readonly b: B,
    @inject(A) readonly a: A,
  ) {
    super();
    a.host.log.push('+c');
  }
}

class Plain extends Plugin {
  static override readonly id = 'plain';
}

/** What a call throws. */
function thrown(call: () => unknown): PluginError {
  try {
    call();
  } catch (error) {
    if (error instanceof PluginError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

let host: Host;
let scope: DependencyContainer;
let registry: PluginRegistry;

beforeEach(() => {
  host = new Host();
  scope = childContainer();
  scope.registerInstance(Host, host);
  registry = new PluginRegistry(scope, host);
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
    const otherScope = childContainer();
    otherScope.registerInstance(Host, otherHost);
    const other = new PluginRegistry(otherScope, otherHost);
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

  it('leaves parameters with defaults to their defaults', () => {
    class WithDefault extends Plugin {
      static override readonly id = 'with-default';
      constructor(
        @inject(Host) readonly host: Host,
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

  it('calls a plugin without an id by its class', () => {
    class Nameless extends Plugin {}
    registry.use(Nameless);
    expect(registry.ids).toEqual(['Nameless']);
  });

  it('says that undefined comes from a circular import', () => {
    expect(() => registry.use(undefined as never)).toThrow(/circular import/);
  });

  it('refuses a class that is no plugin, or one of another copy of the package', () => {
    const error = thrown(() => registry.use(Host as never));
    expect([error.code, error.message]).toEqual([
      'ERR_PLUGIN_WIRING',
      'Host is no plugin of this copy of @sestina/core: is that package installed twice?',
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
      'a is installed with other options: call use() with options first',
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
    const otherScope = childContainer();
    otherScope.registerInstance(Host, new Host());
    const other = new PluginRegistry(otherScope, new Host());
    expect(other.use(A, { interval: 1 }).options.interval).toBe(1);
    expect(registry.use(A).options.interval).toBe(60);
  });
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

describe('get() and find()', () => {
  it('give the instance', () => {
    const a = registry.use(A);
    expect([registry.get(A), registry.find(A)]).toEqual([a, a]);
  });

  it('say what to call where it is not installed', () => {
    const error = thrown(() => registry.get(A));
    expect([error.code, error.message]).toEqual(['ERR_PLUGIN_MISSING', 'a is not installed: call use(A) first']);
    expect(registry.find(A)).toBeUndefined();
  });
});

describe('remove()', () => {
  it('undoes everything, last first', () => {
    registry.use(A);
    expect(registry.remove(A)).toBe(true);
    expect(host.log).toEqual(['+a', '-a2', '-a1']);
    expect([registry.has(A), registry.ids]).toEqual([false, []]);
  });

  it('is false where it is not installed', () => {
    expect(registry.remove(A)).toBe(false);
  });

  it('refuses while others need it', () => {
    registry.use(C);
    const error = thrown(() => registry.remove(A));
    expect([error.code, error.message]).toEqual(['ERR_PLUGIN_IN_USE', 'a is needed by b, c: remove that first']);
    expect(registry.has(A)).toBe(true);
    expect([registry.remove(C), registry.remove(B), registry.remove(A)]).toEqual([true, true, true]);
    expect([...host.registered]).toEqual([]);
  });

  it('refuses also while one needs it that installed it in its constructor', () => {
    class Outer extends Plugin {
      static override readonly id = 'outer';
      constructor() {
        super();
        registry.use(A);
      }
    }
    registry.use(Outer);
    expect(thrown(() => registry.remove(A)).code).toBe('ERR_PLUGIN_IN_USE');
    registry.remove(Outer);
    expect(registry.remove(A)).toBe(true);
  });

  it('goes on past what throws, and says what did', () => {
    class Throwing extends Plugin {
      static override readonly id = 'throwing';
      constructor(@inject(Host) host: Host) {
        super();
        const failing = (name: string) => ({
          dispose() {
            throw new Error(name);
          },
        });
        this.own(host.register('first'), failing('one'), host.register('second'), failing('two'));
      }
    }
    registry.use(Throwing);
    let caught: unknown;
    try {
      registry.remove(Throwing);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(AggregateError);
    expect((caught as AggregateError).errors.map((error: Error) => error.message)).toEqual(['two', 'one']);
    expect(host.log).toEqual(['-second', '-first']);
    expect(registry.has(Throwing)).toBe(false);
  });

  it('makes it gone from the container, until use() makes a new one', () => {
    const a = registry.use(A, { interval: 5 });
    registry.remove(A);
    expect(() => scope.resolve(A)).toThrow(PluginError);
    expect(() => scope.resolve(Options)).toThrow(PluginError);
    const next = registry.use(A);
    expect(next).not.toBe(a);
    expect(next.options).toEqual({ interval: 60, mode: 'quiet', limit: undefined });
    expect([scope.resolve(A), scope.resolve(Options)]).toEqual([next, next.options]);
  });

  it('ends the session of the plugin first, where there is one', () => {
    host.online = true;
    registry.use(A);
    registry.remove(A);
    expect(host.log).toEqual(['+a', 'start a', 'end a: a was removed', '-a2', '-a1']);
    expect(host.errors).toEqual([]);
  });

  it('undoes at once what the plugin registers after it', () => {
    class Late extends Plugin {
      static override readonly id = 'late';
      constructor(@inject(Host) readonly host: Host) {
        super();
      }
      later(): void {
        this.own(this.host.register('late'));
      }
    }
    const late = registry.use(Late);
    registry.remove(Late);
    late.later();
    expect([...host.registered]).toEqual([]);
  });
});

describe('removeAll()', () => {
  it('removes the last first, past what throws, which it reports', () => {
    registry.use(B);
    class Throwing extends Plugin {
      static override readonly id = 'throwing';
      constructor() {
        super();
        this.own({
          dispose() {
            throw new Error('no');
          },
        });
      }
    }
    registry.use(Throwing);
    registry.removeAll();
    expect(host.log).toEqual(['+a', '+b', '-b1', '-a2', '-a1']);
    expect(registry.ids).toEqual([]);
    expect(host.errors).toEqual([[expect.any(AggregateError), 'removing plugin throwing']]);
  });
});

describe('the life of a plugin', () => {
  it('starts at once where it is installed during a session, what it needs first', () => {
    host.online = true;
    registry.use(B);
    expect(host.log).toEqual(['+a', '+b', 'start a', 'start b']);
    registry.use(B);
    expect(host.log).toHaveLength(4);
  });

  it('does not start where the installation fails in the end', () => {
    host.online = true;
    class Failing extends Plugin {
      static override readonly id = 'failing';
      constructor(@inject(A) readonly a: A) {
        super();
        throw new RangeError('no');
      }
    }
    expect(() => registry.use(Failing)).toThrow(RangeError);
    expect(host.log).not.toContain('start a');
  });

  it('tells all of them, in order', () => {
    registry.use(B);
    registry.notify((plugin) => plugin.sessionStart?.());
    expect(host.log.slice(2)).toEqual(['start a', 'start b']);
  });

  it('reports a hook that fails by the name of its plugin, and goes on', async () => {
    registry.use(B);
    registry.use(Plain);
    registry.notify((plugin) => {
      if (plugin instanceof A) throw new Error('thrown');
      if (plugin instanceof B) return Promise.reject(new Error('rejected'));
      host.log.push('told plain');
      return undefined;
    });
    expect(host.log.at(-1)).toBe('told plain');
    await new Promise((resolve) => setTimeout(resolve));
    expect(host.errors).toEqual([
      [new Error('thrown'), 'plugin a'],
      [new Error('rejected'), 'plugin b'],
    ]);
  });

  it('does not tell one that has just been removed', () => {
    registry.use(A);
    registry.use(Plain);
    const told: Plugin[] = [];
    registry.notify((plugin) => {
      told.push(plugin);
      registry.remove(Plain);
    });
    expect(told).toEqual([registry.get(A)]);
  });
});
