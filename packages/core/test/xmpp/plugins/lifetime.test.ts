import { beforeEach, describe, expect, it } from 'vitest';
import { DisconnectedError } from '../../../src/errors.js';
import { Registration } from '../../../src/registration.js';
import { Plugin } from '../../../src/xmpp/plugins/plugin.js';
import { PluginError, type PluginRegistry } from '../../../src/xmpp/plugins/plugin-registry.js';
import { Host } from '../../helpers/plugins.js';
import { watchRejections } from '../../helpers/stream-rejections.js';

watchRejections();

let registry: PluginRegistry;

beforeEach(() => {
  registry = new Host().registry;
});

class Asking extends Plugin {
  static override readonly id: string = 'asking';
  readonly answers: ((answer: string) => void)[] = [];

  ask(signal?: AbortSignal): Promise<string> {
    return this.untilRemoved(
      signal,
      (over) =>
        new Promise((resolve, reject) => {
          this.answers.push(resolve);
          over.addEventListener('abort', () => reject(over.reason));
        }),
    );
  }

  keep<T extends { dispose(): void }>(first: T, ...more: { dispose(): void }[]): T {
    return this.own(first, ...more);
  }
}

describe('the lifetime of a plugin', () => {
  it('ends with its removal, for a reason that says so', () => {
    const asking = registry.use(Asking);
    const { lifetime } = asking;
    expect([lifetime.aborted, asking.lifetime]).toEqual([false, lifetime]);
    registry.remove(Asking);
    expect(lifetime.reason).toBeInstanceOf(PluginError);
    expect(lifetime.reason).toMatchObject({
      code: 'ERR_PLUGIN_MISSING',
      message: 'asking was removed: take what use() gives anew',
    });
    expect(registry.use(Asking).lifetime.aborted).toBe(false);
  });

  it('ends with the connection, for another reason', () => {
    const asking = registry.use(Asking);
    registry.close();
    expect(asking.lifetime.reason).toBeInstanceOf(DisconnectedError);
  });

  it('ends where the installation that it was part of failed, with what failed', () => {
    const cause = new RangeError('no');
    let held: Plugin | undefined;
    class Outer extends Plugin {
      static override readonly id = 'outer';
      static override readonly inject = [Asking] as const;
      constructor(asking: Asking) {
        super();
        held = asking;
        throw cause;
      }
    }
    expect(() => registry.use(Outer)).toThrow(cause);
    expect(held?.lifetime.reason).toMatchObject({
      cause,
      message: 'asking was not installed after all: what it was installed for could not be',
    });
  });

  it('ends before what the plugin registered is undone', () => {
    const asking = registry.use(Asking);
    const { lifetime } = asking;
    const seen: boolean[] = [];
    asking.keep({ dispose: () => void seen.push(lifetime.aborted) });
    registry.remove(Asking);
    expect(seen).toEqual([true]);
  });

  it('warns nobody of the many that listen to it', async () => {
    const warnings: Error[] = [];
    const listener = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listener);
    const { lifetime } = registry.use(Asking);
    for (let i = 0; i < 100; i++) lifetime.addEventListener('abort', () => {});
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listener);
    expect(warnings).toEqual([]);
  });
});

describe('untilRemoved()', () => {
  it('gives what the work gives', async () => {
    const asking = registry.use(Asking);
    const [plain, signalled] = [asking.ask(), asking.ask(new AbortController().signal)];
    for (const answer of asking.answers) answer('yes');
    expect(await Promise.all([plain, signalled])).toEqual(['yes', 'yes']);
  });

  it('ends work that is under way with the removal', async () => {
    const asking = registry.use(Asking);
    const asked = [asking.ask(), asking.ask(new AbortController().signal)];
    registry.remove(Asking);
    for (const outcome of await Promise.allSettled(asked)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_PLUGIN_MISSING' } });
    }
  });

  it('ends it with the signal of the caller', async () => {
    const asking = registry.use(Asking);
    const controller = new AbortController();
    const asked = asking.ask(controller.signal);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    expect(asking.lifetime.aborted).toBe(false);
  });

  it('does not begin after either', async () => {
    const asking = registry.use(Asking);
    const reason = new Error('enough');
    await expect(asking.ask(AbortSignal.abort(reason))).rejects.toBe(reason);
    registry.remove(Asking);
    await expect(asking.ask()).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
    await expect(asking.ask(AbortSignal.abort(reason))).rejects.toMatchObject({ code: 'ERR_PLUGIN_MISSING' });
    expect(asking.answers).toEqual([]);
  });
});

describe('own()', () => {
  /** Counts how often anybody disposes of it. */
  class Counted extends Registration {
    static disposals = 0;
    override dispose(): void {
      Counted.disposals += 1;
      super.dispose();
    }
  }

  it('returns the first of what it was given', () => {
    const [one, two] = [new Registration(() => {}), new Registration(() => {})];
    const asking = registry.use(Asking);
    expect(asking.keep(one, two)).toBe(one);
    registry.remove(Asking);
    expect([one.disposed, two.disposed]).toEqual([true, true]);
    expect(asking.keep(two)).toBe(two);
  });

  it('forgets what was disposed of: a thousand of them leave nothing for the removal', () => {
    Counted.disposals = 0;
    const asking = registry.use(Asking);
    for (let i = 0; i < 1_000; i++) asking.keep(new Counted(() => {})).dispose();
    expect(Counted.disposals).toBe(1_000);
    const kept = asking.keep(new Counted(() => {}));
    registry.remove(Asking);
    expect([Counted.disposals, kept.disposed]).toEqual([1_001, true]);
  });

  it('keeps nothing of what was disposed of before it was handed over', () => {
    Counted.disposals = 0;
    const asking = registry.use(Asking);
    const over = new Counted(() => {});
    over.dispose();
    asking.keep(over);
    registry.remove(Asking);
    expect(Counted.disposals).toBe(1);
  });

  it('undoes at once what comes after the removal', () => {
    const asking = registry.use(Asking);
    registry.remove(Asking);
    expect(asking.keep(new Registration(() => {})).disposed).toBe(true);
  });
});
