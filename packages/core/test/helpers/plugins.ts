import { childContainer, type DependencyContainer } from '../../src/di/index.js';
import { disposeAll, Registration } from '../../src/registration.js';
import type { SessionOutcome } from '../../src/stream/session.js';
import { type ConnectionKind, Plugin, type PluginClass } from '../../src/xmpp/plugins/plugin.js';
import { PluginError, PluginRegistry, type RegistryHost } from '../../src/xmpp/plugins/plugin-registry.js';
import { SessionHooks, type SessionHooksHost } from '../../src/xmpp/plugins/session-hooks.js';
import { FakeClock } from './fake-clock.js';
import { MemoryLogger } from './stream-xmpp.js';

/** What stands for the connection: it records what plugins register, as BaseXMPP does. */
export class Host implements RegistryHost, SessionHooksHost {
  readonly clock = new FakeClock();
  readonly logger = new MemoryLogger();
  readonly hooks = new SessionHooks(this);
  readonly scope: DependencyContainer = childContainer();
  readonly registry = new PluginRegistry(this.scope, this, this.hooks);
  readonly #kind: ConnectionKind;
  readonly log: string[] = [];
  readonly live = new Set<string>();
  readonly errors: [error: unknown, where: string][] = [];
  lively = false;
  readies = 0;
  #recorder: Registration[] | undefined;

  constructor(kind: ConnectionKind = 'client') {
    this.#kind = kind;
    this.scope.registerInstance(Host, this);
  }

  /** A session, from now on. */
  begin(outcome: SessionOutcome = 'new'): void {
    this.lively = true;
    this.hooks.begin(outcome);
  }

  kind(): ConnectionKind {
    return this.#kind;
  }

  online(): boolean {
    return this.lively;
  }

  enqueue(run: () => void): void {
    run();
  }

  sessionReady(): void {
    this.readies += 1;
  }

  constructing<T>(_owner: PluginClass, construct: () => T): T {
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

  registered<R extends Registration>(registration: R): R {
    this.#recorder?.push(registration);
    return registration;
  }

  reportError(error: unknown, where: string): void {
    this.errors.push([error, where]);
  }

  register(name: string): Registration {
    this.live.add(name);
    const registration = new Registration(() => {
      this.live.delete(name);
      this.log.push(`-${name}`);
    });
    this.#recorder?.push(registration);
    return registration;
  }
}

export class Options {
  interval = 60;
  mode: 'loud' | 'quiet' = 'quiet';
  limit: number | undefined = undefined;
}

export class A extends Plugin {
  static override readonly id: string = 'a';
  static override readonly Options = Options;
  static override readonly inject = [Host, Options] as const;

  constructor(
    readonly host: Host,
    readonly options: Options,
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

export class B extends Plugin {
  static override readonly id = 'b';
  static override readonly inject = [A, Host] as const;

  constructor(
    readonly a: A,
    readonly host: Host,
  ) {
    super();
    host.log.push('+b');
    this.own(host.register('b1'));
  }

  override async sessionStart(): Promise<void> {
    this.host.log.push('start b');
  }
}

export class C extends Plugin {
  static override readonly id = 'c';
  static override readonly inject = [B, A] as const;

  constructor(
    readonly b: B,
    readonly a: A,
  ) {
    super();
    a.host.log.push('+c');
  }
}

export class Plain extends Plugin {
  static override readonly id = 'plain';
}

/** What a call throws. */
export function thrown(call: () => unknown): PluginError {
  try {
    call();
  } catch (error) {
    if (error instanceof PluginError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
