import { beforeEach, expect, it } from 'vitest';
import { inject } from '../../../src/di/index.js';
import { Plugin } from '../../../src/xmpp/plugins/plugin.js';
import type { PluginRegistry } from '../../../src/xmpp/plugins/plugin-registry.js';
import { A, Host, Options, thrown } from '../../helpers/plugins.js';

let host: Host;
let registry: PluginRegistry;

beforeEach(() => {
  host = new Host();
  registry = host.registry;
});

// What `constructor(@inject(Host) host: Host, @inject(A) a: A, @inject(Options) options: Options)` does.
class Decorated extends Plugin {
  static override readonly id: string = 'decorated';
  static override readonly Options = Options;
  static override readonly inject = 'parameters';
  constructor(
    readonly host: Host,
    readonly a: A,
    readonly options: Options,
  ) {
    super();
  }
}
inject(Host)(Decorated, undefined, 0);
inject(A)(Decorated, undefined, 1);
inject(Options)(Decorated, undefined, 2);

it('takes what decorators at the parameters say, where static inject says so', () => {
  const decorated = registry.use(Decorated, { interval: 5 });
  expect(decorated).toMatchObject({ host, options: { interval: 5 } });
  expect(decorated.a).toBe(registry.get(A));
  expect(registry.ids).toEqual(['a', 'decorated']);
});

it('refuses a parameter that has none', () => {
  class Half extends Plugin {
    static override readonly id = 'half';
    static override readonly inject = 'parameters';
    constructor(
      readonly what: Host,
      readonly host: Host,
    ) {
      super();
    }
  }
  inject(Host)(Half, undefined, 1);
  const error = thrown(() => registry.use(Half));
  expect([error.code, error.message]).toEqual([
    'ERR_PLUGIN_WIRING',
    'half: every constructor parameter of Half needs an @inject(…) of its own',
  ]);
});

it('refuses a subclass without a constructor, of which the decorators say nothing', () => {
  class Derived extends Decorated {
    static override readonly id = 'derived';
  }
  const error = thrown(() => registry.use(Derived));
  expect([error.code, error.plugin]).toEqual(['ERR_PLUGIN_WIRING', 'derived']);
  expect(error.message).toMatch(/Derived needs an @inject.* of its own.*subclass/);
  expect(host.log).toEqual([]);
});

it('refuses decorators without the word', () => {
  class Silent extends Plugin {
    static override readonly id = 'silent';
    constructor(readonly host = new Host()) {
      super();
    }
  }
  (inject(Host) as (target: object, key: undefined, index: number) => void)(Silent, undefined, 0);
  expect(thrown(() => registry.use(Silent)).message).toContain('Silent takes 1 parameters and static inject has 0');
});
