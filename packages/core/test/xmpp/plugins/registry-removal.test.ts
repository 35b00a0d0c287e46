import { beforeEach, describe, expect, it } from 'vitest';
import type { DependencyContainer } from '../../../src/di/index.js';
import { DisconnectedError } from '../../../src/errors.js';
import { Plugin } from '../../../src/xmpp/plugins/plugin.js';
import { PluginError, type PluginRegistry } from '../../../src/xmpp/plugins/plugin-registry.js';
import { A, B, C, Host, Options, thrown } from '../../helpers/plugins.js';

let host: Host;
let scope: DependencyContainer;
let registry: PluginRegistry;

beforeEach(() => {
  host = new Host();
  ({ registry, scope } = host);
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
    expect([...host.live]).toEqual([]);
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
      static override readonly inject = [Host] as const;
      constructor(host: Host) {
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
    host.begin();
    registry.use(A);
    registry.remove(A);
    expect(host.log).toEqual(['+a', 'start a', 'end a: a was removed: take what use() gives anew', '-a2', '-a1']);
    expect(host.errors).toEqual([]);
  });

  it('undoes at once what the plugin registers after it', () => {
    class Late extends Plugin {
      static override readonly id = 'late';
      static override readonly inject = [Host] as const;
      constructor(readonly host: Host) {
        super();
      }
      later(): void {
        this.own(this.host.register('late'));
      }
    }
    const late = registry.use(Late);
    registry.remove(Late);
    late.later();
    expect([...host.live]).toEqual([]);
  });
});

describe('close()', () => {
  it('removes all, and takes no more', () => {
    registry.use(B);
    registry.close();
    expect(registry.ids).toEqual([]);
    expect(() => registry.use(B)).toThrow(DisconnectedError);
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
