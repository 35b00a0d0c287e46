import { beforeEach, describe, expect, it } from 'vitest';
import { DisconnectedError } from '../../../src/errors.js';
import { Plugin, type PluginClass } from '../../../src/xmpp/plugins/plugin.js';
import type { PluginRegistry } from '../../../src/xmpp/plugins/plugin-registry.js';
import { A, B, Host, Plain } from '../../helpers/plugins.js';
import { watchRejections } from '../../helpers/stream-rejections.js';

watchRejections();

let host: Host;
let registry: PluginRegistry;

beforeEach(() => {
  host = new Host();
  registry = host.registry;
});

const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const lost = new DisconnectedError('the network is gone');

/** A hook that ends when it is told to. */
class Slow extends Plugin {
  static override readonly id: string = 'slow';
  static override readonly inject = [Host] as const;
  readonly host: Host;
  signal: AbortSignal | undefined;
  finish: () => void = () => {};
  fail: (error: Error) => void = () => {};

  constructor(host: Host) {
    super();
    this.host = host;
  }

  override sessionStart(signal: AbortSignal): Promise<void> {
    this.signal = signal;
    this.host.log.push('start slow');
    return new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
  }

  override sessionEnd(): void {
    this.host.log.push('end slow');
  }
}

class User extends Plugin {
  static override readonly id = 'user';
  static override readonly inject = [Slow] as const;
  readonly slow: Slow;

  constructor(slow: Slow) {
    super();
    this.slow = slow;
  }

  override sessionStart(): void {
    this.slow.host.log.push('start user');
  }

  override sessionResumed(): void {
    this.slow.host.log.push('resumed user');
  }

  override sessionEnd(): void {
    this.slow.host.log.push('end user');
  }
}

describe('the start of a session', () => {
  it('is told at once where a plugin is installed during one, to what it needs first', () => {
    host.begin();
    registry.use(B);
    expect(host.log).toEqual(['+a', '+b', 'start a', 'start b']);
    registry.use(B);
    expect(host.log).toHaveLength(4);
  });

  it('is told once, and not before all is installed, where one constructor installs another', () => {
    host.begin();
    class Outer extends Plugin {
      static override readonly id = 'outer';
      static override readonly inject = [Host] as const;
      constructor(host: Host) {
        super();
        registry.use(A);
        host.log.push('+outer');
      }
    }
    registry.use(Outer);
    expect(host.log).toEqual(['+a', '+outer', 'start a']);
  });

  it('is not told where the installation fails in the end', () => {
    host.begin();
    class Failing extends Plugin {
      static override readonly id = 'failing';
      static override readonly inject = [A] as const;
      constructor(_a: A) {
        super();
        throw new RangeError('no');
      }
    }
    expect(() => registry.use(Failing)).toThrow(RangeError);
    expect(host.log).not.toContain('start a');
  });

  it('is told to all of them, in order', () => {
    registry.use(B);
    host.begin();
    expect(host.log.slice(2)).toEqual(['start a', 'start b']);
    expect(host.readies).toBe(0);
  });

  it('waits for the hook of what a plugin needs, at any distance', async () => {
    class Between extends Plugin {
      static override readonly id = 'between';
      static override readonly inject = [User] as const;
      readonly user: User;
      constructor(user: User) {
        super();
        this.user = user;
      }
    }
    class Far extends Plugin {
      static override readonly id = 'far';
      static override readonly inject = [Host, Between] as const;
      readonly host: Host;
      constructor(host: Host, _between: Between) {
        super();
        this.host = host;
      }
      override sessionStart(): void {
        this.host.log.push('start far');
      }
    }
    registry.use(Far);
    registry.use(A);
    host.begin();
    await turns();
    expect(host.log).toEqual(['+a', 'start slow', 'start a']);
    expect(host.readies).toBe(0);
    registry.get(Slow).finish();
    await turns();
    expect(host.log.slice(3)).toEqual(['start user', 'start far']);
    expect(host.readies).toBe(1);
  });

  it('waits five seconds at most, and says who took longer', async () => {
    registry.use(User);
    host.begin();
    await turns();
    host.clock.advance(4_999);
    await turns();
    expect(host.log).toEqual(['start slow']);
    host.clock.advance(1);
    await turns();
    expect(host.log).toEqual(['start slow', 'start user']);
    expect(host.logger.at('warn')).toEqual(['slow: sessionStart has taken 5 s, what waits for it goes on']);
    expect(host.readies).toBe(1);
    registry.get(Slow).finish();
    await turns();
    expect([host.readies, host.clock.pending]).toEqual([1, 0]);
  });

  it('goes on past a hook that throws, and one that rejects, which are reported by the name of the plugin', async () => {
    class Throwing extends Plugin {
      static override readonly id = 'throwing';
      override sessionStart(): void {
        throw new Error('thrown');
      }
    }
    registry.use(Throwing);
    registry.use(User);
    host.begin();
    registry.get(Slow).fail(new Error('rejected'));
    await turns();
    expect(host.log).toEqual(['start slow', 'start user']);
    expect(host.errors).toEqual([
      [new Error('thrown'), 'plugin throwing'],
      [new Error('rejected'), 'plugin slow'],
    ]);
    expect(host.readies).toBe(1);
  });

  it('is not told to one that the hook of another has removed', () => {
    class Remover extends Plugin {
      static override readonly id = 'remover';
      override sessionStart(): void {
        registry.remove(A);
      }
    }
    registry.use(Remover);
    registry.use(A);
    host.begin();
    expect(host.log).toEqual(['+a', '-a2', '-a1']);
  });

  it('is told at the resumption where the connection was lost when the plugin was installed', () => {
    host.begin();
    host.lively = false;
    registry.use(A);
    expect(host.log).toEqual(['+a']);
    host.begin('resumed');
    expect(host.log).toEqual(['+a', 'start a']);
  });

  it('is told by sessionRestored where there is one, when the session is none of this process', () => {
    class Restoring extends Slow {
      static override readonly id = 'restoring';
      override sessionRestored(): void {
        this.host.log.push('restored');
      }
    }
    registry.use(Restoring);
    registry.use(A);
    host.begin('restored');
    expect(host.log).toEqual(['+a', 'restored', 'start a']);
  });
});

describe('a resumption', () => {
  it('is told after a start that still runs', async () => {
    registry.use(User);
    host.begin();
    host.begin('resumed');
    await turns();
    expect(host.log).toEqual(['start slow']);
    registry.get(Slow).finish();
    await turns();
    expect(host.log).toEqual(['start slow', 'start user', 'resumed user']);
    expect(host.readies).toBe(1);
    host.begin('resumed');
    expect(host.log.at(-1)).toBe('resumed user');
    expect(host.readies).toBe(1);
  });
});

describe('the end of a session', () => {
  it('is told to those that heard of its start, once', async () => {
    registry.use(User);
    host.begin();
    host.hooks.end(lost);
    host.hooks.end(lost);
    registry.get(Slow).finish();
    await turns();
    host.clock.advance(10_000);
    await turns();
    expect(host.log).toEqual(['start slow', 'end slow']);
    expect([host.readies, host.clock.pending]).toEqual([0, 0]);
    registry.removeAll();
    expect(host.log).toEqual(['start slow', 'end slow']);
  });

  it('aborts the signal of a hook that still runs, whose failure is then no news', async () => {
    const slow = registry.use(Slow);
    host.begin();
    host.hooks.end(lost);
    expect(slow.signal?.reason).toBe(lost);
    slow.fail(lost);
    await turns();
    expect(host.errors).toEqual([]);
    host.begin();
    expect(slow.signal?.aborted).toBe(false);
  });

  it('reports a hook that fails, and tells the others', async () => {
    class Failing extends Plugin {
      static override readonly id: string = 'failing';
      override sessionEnd(): void {
        throw new Error('thrown');
      }
    }
    class Rejecting extends Plugin {
      static override readonly id = 'rejecting';
      override async sessionEnd(): Promise<void> {
        throw new Error('rejected');
      }
    }
    for (const cls of [Failing, Rejecting, Slow] as PluginClass[]) registry.use(cls);
    host.begin();
    host.hooks.end(lost);
    await turns();
    expect(host.log.at(-1)).toBe('end slow');
    expect(host.errors).toEqual([
      [new Error('thrown'), 'plugin failing'],
      [new Error('rejected'), 'plugin rejecting'],
    ]);
  });
});

describe('removal while hooks run', () => {
  it('of the one that runs lets the session be ready', async () => {
    const slow = registry.use(Slow);
    registry.use(Plain);
    host.begin();
    registry.remove(Slow);
    await turns();
    expect(host.log).toEqual(['start slow', 'end slow']);
    expect(slow.signal?.reason).toMatchObject({ code: 'ERR_PLUGIN_MISSING', plugin: 'slow' });
    expect([host.readies, host.clock.pending]).toEqual([1, 0]);
  });

  it('of one that waits leaves it untold', async () => {
    registry.use(User);
    host.begin();
    registry.remove(User);
    registry.get(Slow).finish();
    await turns();
    expect(host.log).toEqual(['start slow']);
    expect(host.readies).toBe(1);
  });

  it('at each await leaves nothing of what the hook registers afterwards', async () => {
    const steps = 4;
    class Stepping extends Plugin {
      static override readonly id = 'stepping';
      static override readonly inject = [Host] as const;
      readonly host: Host;
      constructor(host: Host) {
        super();
        this.host = host;
      }
      override async sessionStart(): Promise<void> {
        for (let step = 0; step < steps; step++) {
          this.own(this.host.register(`step ${step}`));
          await undefined;
        }
      }
    }
    for (let after = 0; after <= steps; after++) {
      const fresh = new Host();
      fresh.begin();
      fresh.registry.use(Stepping);
      for (let tick = 0; tick < after; tick++) await undefined;
      fresh.registry.remove(Stepping);
      await turns();
      expect([...fresh.live], `removed after ${after} ticks`).toEqual([]);
      expect(fresh.errors).toEqual([]);
    }
  });

  it('of everything ends all of them', async () => {
    registry.use(User);
    host.begin();
    registry.close();
    await turns();
    expect(host.log).toEqual(['start slow', 'end slow']);
    expect(host.clock.pending).toBe(0);
  });
});
