import { beforeEach, describe, expect, it } from 'vitest';
import { childContainer, provide } from '../../../src/di/index.js';
import { Registration } from '../../../src/registration.js';
import { type ConnectionKind, Plugin } from '../../../src/xmpp/plugins/plugin.js';
import { PluginRegistry } from '../../../src/xmpp/plugins/plugin-registry.js';
import { A, B, C, Host, Options, Plain, thrown } from '../../helpers/plugins.js';

let host: Host;
let registry: PluginRegistry;

beforeEach(() => {
  host = new Host();
  registry = host.registry;
});

describe('whenInstalled()', () => {
  /** Says for how long it was done. */
  const noting = (name: string) => (plugin: Plugin) => {
    host.log.push(`${name} with ${(plugin.constructor as typeof Plugin).id}`);
    return new Registration(() => host.log.push(`${name} undone`));
  };

  it('calls back with what is there, and undoes it with its own registration', () => {
    registry.use(A);
    const waiting = registry.whenInstalled(A, noting('x'));
    expect(host.log).toEqual(['+a', 'x with a']);
    waiting.dispose();
    expect(host.log.at(-1)).toBe('x undone');
    registry.remove(A);
    registry.use(A);
    expect(host.log.filter((line) => line.startsWith('x'))).toHaveLength(2);
  });

  it('calls back when it comes, once all of an installation is there, and each time that it comes again', () => {
    registry.whenInstalled(A, noting('x'));
    registry.use(B);
    expect(host.log).toEqual(['+a', '+b', 'x with a']);
    registry.remove(B);
    registry.remove(A);
    expect(host.log.slice(3)).toEqual(['-b1', 'x undone', '-a2', '-a1']);
    registry.use(A);
    expect(host.log.at(-1)).toBe('x with a');
  });

  it('needs it not: either may be removed first, and both may wait for each other', () => {
    class X extends Plugin {
      static override readonly id = 'x';
      static override readonly inject = [Host] as const;
      constructor(host: Host) {
        super();
        this.own(host.registry.whenInstalled(Y, noting('x')));
      }
    }
    class Y extends Plugin {
      static override readonly id = 'y';
      static override readonly inject = [Host] as const;
      constructor(host: Host) {
        super();
        this.own(host.registry.whenInstalled(X, noting('y')));
      }
    }
    registry.use(X);
    registry.use(Y);
    expect(host.log).toEqual(['y with x', 'x with y']);
    expect(registry.remove(X)).toBe(true);
    expect(host.log.slice(2).sort()).toEqual(['x undone', 'y undone']);
    registry.use(X);
    registry.remove(Y);
    expect(host.log.slice(4).sort()).toEqual(['x undone', 'x with y', 'y undone', 'y with x']);
  });

  it('leaves nothing of a constructor that throws', () => {
    class Failing extends Plugin {
      static override readonly id = 'failing';
      static override readonly inject = [A] as const;
      constructor(a: A) {
        super();
        a.host.registry.whenInstalled(A, noting('x'));
        throw new RangeError('no');
      }
    }
    expect(() => registry.use(Failing)).toThrow(RangeError);
    registry.use(A);
    expect(host.log).toEqual(['+a', 'x with a', 'x undone', '-a2', '-a1', '+a']);
  });

  it('reports a callback that throws, and an undo that does, and goes on', () => {
    registry.whenInstalled(A, () => {
      throw new Error('callback');
    });
    registry.whenInstalled(
      A,
      () =>
        new Registration(() => {
          throw new Error('undo');
        }),
    );
    registry.whenInstalled(A, noting('x'));
    registry.use(A);
    registry.remove(A);
    expect(host.log).toEqual(['+a', 'x with a', 'x undone', '-a2', '-a1']);
    expect(host.errors).toEqual([
      [new Error('callback'), 'whenInstalled(a)'],
      [new Error('undo'), 'whenInstalled(a)'],
    ]);
  });

  it('undoes at once what a callback gives that has removed the plugin, or itself', () => {
    registry.whenInstalled(A, (a) => {
      registry.remove(A);
      return noting('x')(a);
    });
    registry.use(A);
    expect(host.log).toEqual(['+a', '-a2', '-a1', 'x with a', 'x undone']);
    const waiting: Registration = registry.whenInstalled(B, (b) => {
      waiting.dispose();
      return noting('y')(b);
    });
    registry.use(B);
    expect(host.log.slice(-2)).toEqual(['y with b', 'y undone']);
  });

  it('lets a callback install more', () => {
    registry.whenInstalled(A, () => void registry.use(Plain));
    registry.whenInstalled(Plain, noting('x'));
    registry.use(A);
    expect(registry.ids).toEqual(['a', 'plain']);
    expect(host.log).toEqual(['+a', 'x with plain']);
  });
});

abstract class Engine {
  abstract readonly power: number;
}

class Motor extends Plugin {
  static override readonly id: string = 'motor';
  static override readonly provides = [Engine] as const;
  readonly power = 5;
}

class Car extends Plugin {
  static override readonly id = 'car';
  static override readonly inject = [Engine] as const;
  readonly engine: Engine;
  constructor(engine: Engine) {
    super();
    this.engine = engine;
  }
}

describe('static provides', () => {
  it('has others find the plugin behind the token, which they need from then on', () => {
    const motor = registry.use(Motor);
    expect(registry.use(Car).engine).toBe(motor);
    expect(host.scope.resolve(Engine as never)).toBe(motor);
    expect(thrown(() => registry.remove(Motor)).message).toBe('motor is needed by car: remove that first');
    registry.remove(Car);
    expect(registry.remove(Motor)).toBe(true);
  });

  it('is nothing that is installed by itself, before or after', () => {
    const lacks =
      'car needs Engine, which this connection does not provide: install what does; where it holds options, static Options names it';
    expect(thrown(() => registry.use(Car))).toMatchObject({ code: 'ERR_PLUGIN_MISSING', message: lacks });
    registry.use(Motor);
    registry.remove(Motor);
    expect(thrown(() => registry.use(Car)).message).toBe(lacks);
    registry.use(Motor);
    expect(registry.use(Car).engine.power).toBe(5);
  });

  it('refuses a second plugin for a token, and what the connection was given already', () => {
    class Turbine extends Motor {
      static override readonly id = 'turbine';
    }
    registry.use(Motor);
    expect(thrown(() => registry.use(Turbine))).toMatchObject({
      code: 'ERR_PLUGIN_CONFLICT',
      message: 'turbine provides Engine, as motor does: install one of them',
    });
    const other = new Host();
    provide(other.scope, Engine, { power: 1 });
    expect(thrown(() => other.registry.use(Motor)).message).toBe(
      'motor provides Engine, which this connection was given already',
    );
    expect(other.registry.use(Car).engine.power).toBe(1);
    // Also what the application has for all of its connections.
    const below = new PluginRegistry(childContainer(other.scope), other, other.hooks);
    expect(thrown(() => below.use(Motor)).message).toContain('was given already');
    expect(below.use(Car).engine.power).toBe(1);
  });

  it('may be a class of plugins, abstract or to be replaced', () => {
    abstract class Bookmarks extends Plugin {
      abstract readonly where: string;
    }
    class Native extends Bookmarks {
      static override readonly id = 'native';
      static override readonly provides = [Bookmarks] as const;
      readonly where = 'here';
    }
    class Reader extends Plugin {
      static override readonly id = 'reader';
      static override readonly inject = [Bookmarks] as const;
      readonly bookmarks: Bookmarks;
      constructor(bookmarks: Bookmarks) {
        super();
        this.bookmarks = bookmarks;
      }
    }
    expect(thrown(() => registry.use(Reader)).message).toContain('reader needs Bookmarks, which');
    const seen: string[] = [];
    registry.whenInstalled(Bookmarks, ({ where }) => void seen.push(where));
    const native = registry.use(Native);
    expect([registry.get(Bookmarks), registry.find(Bookmarks), registry.has(Bookmarks)]).toEqual([
      native,
      native,
      true,
    ]);
    expect(registry.use(Reader).bookmarks).toBe(native);
    expect(seen).toEqual(['here']);

    class OwnA extends A {
      static override readonly provides = [A] as const;
    }
    const own = registry.use(OwnA, { interval: 5 });
    expect(registry.use(B).a).toBe(own);
    expect(registry.use(A)).toBe(own);
    expect(thrown(() => registry.use(A, { interval: 6 })).code).toBe('ERR_PLUGIN_OPTIONS');
    expect(thrown(() => registry.remove(OwnA)).message).toContain('needed by b');
  });
});

describe('static kinds', () => {
  class ForClients extends Plugin {
    static override readonly id = 'for-clients';
    static override readonly kinds = ['client'] as const;
  }
  abstract class Login {
    static readonly kinds: readonly ConnectionKind[] = ['client'];
    abstract readonly mechanisms: readonly string[];
  }
  class Asking extends Plugin {
    static override readonly id = 'asking';
    static override readonly inject = [Login] as const;
    constructor(readonly login: Login) {
      super();
    }
  }

  it('refuses the plugin on the other kind of connection, also where another one needs it', () => {
    class User extends Plugin {
      static override readonly id = 'user';
      static override readonly inject = [ForClients] as const;
      constructor(readonly inner: ForClients) {
        super();
      }
    }
    expect(registry.use(User).inner).toBeInstanceOf(ForClients);
    const component = new Host('component');
    for (const cls of [ForClients, User]) {
      expect(thrown(() => component.registry.use(cls as typeof ForClients))).toMatchObject({
        code: 'ERR_PLUGIN_KIND',
        plugin: 'for-clients',
        message: 'for-clients is for a client: this connection is a component',
      });
    }
    expect(component.registry.ids).toEqual([]);
  });

  it('of a token say why a connection does not have it', () => {
    expect(thrown(() => new Host('component').registry.use(Asking)).message).toBe(
      'asking needs Login, which only a client has: this connection is a component',
    );
    expect(thrown(() => registry.use(Asking)).message).toBe(
      'asking needs Login, which this connection does not provide: install what does; where it holds options, static Options names it',
    );
  });
});

describe('useAll()', () => {
  class Preset extends Plugin {
    static override readonly id: string = 'preset';
    static override readonly inject = [Host] as const;
    constructor(host: Host) {
      super();
      this.own(host.registry.useAll([[A, { interval: 5 }], C, Plain]));
    }
  }
  class Other extends Plugin {
    static override readonly id = 'other';
    static override readonly inject = [Host] as const;
    constructor(host: Host) {
      super();
      this.own(host.registry.useAll([Plain, A]));
    }
  }

  it('installs what is missing with the options of the set, and removes that with it, what it needed included', () => {
    registry.use(Preset);
    expect(registry.ids).toEqual(['a', 'b', 'c', 'plain', 'preset']);
    expect(registry.get(A).options.interval).toBe(5);
    registry.remove(Preset);
    expect(registry.ids).toEqual([]);
    expect([...host.live]).toEqual([]);
  });

  it('leaves what was there as it is, and there', () => {
    const a = registry.use(A, { interval: 7 });
    registry.use(Preset);
    expect([registry.get(A), a.options.interval]).toEqual([a, 7]);
    registry.remove(Preset);
    expect(registry.ids).toEqual(['a']);
  });

  it('leaves what the application has asked for by name since', () => {
    registry.use(Preset);
    registry.use(Plain);
    registry.remove(Preset);
    expect(registry.ids).toEqual(['plain']);
  });

  it('leaves what something else has come to need, and what another set has', () => {
    class User extends Plugin {
      static override readonly id = 'user';
      static override readonly inject = [B] as const;
      constructor(readonly b: B) {
        super();
      }
    }
    registry.use(Preset);
    registry.use(Other);
    registry.use(User);
    registry.remove(Preset);
    expect(registry.ids).toEqual(['a', 'b', 'plain', 'other', 'user']);
    registry.remove(Other);
    expect(registry.ids).toEqual(['a', 'b', 'user']);
  });

  it('has its parts stay as long as the plugin that stands for them', () => {
    registry.use(Preset);
    expect(thrown(() => registry.remove(Plain)).message).toBe('plain is needed by preset: remove that first');
  });

  it('installs all of it or nothing', () => {
    class Failing extends Plugin {
      static override readonly id = 'failing';
      constructor() {
        super();
        throw new RangeError('no');
      }
    }
    registry.use(A);
    expect(() => registry.useAll([Plain, B, Failing])).toThrow(RangeError);
    expect(registry.ids).toEqual(['a']);
    class Broken extends Preset {
      static override readonly id = 'broken';
      constructor(host: Host) {
        super(host);
        throw new RangeError('no');
      }
    }
    expect(() => registry.use(Broken)).toThrow(RangeError);
    expect(registry.ids).toEqual(['a']);
    expect(host.errors).toEqual([]);
  });

  it('starts none of them before all are there', () => {
    host.begin();
    const set = registry.useAll([A, B]);
    expect(host.log).toEqual(['+a', '+b', 'start a', 'start b']);
    set.dispose();
    expect(registry.ids).toEqual([]);
  });

  it('refuses an option that a part does not have', () => {
    expect(thrown(() => registry.useAll([[A, { interval: 5, nothing: 1 }]] as never)).code).toBe('ERR_PLUGIN_OPTIONS');
    expect(new Options().interval).toBe(60);
  });
});
