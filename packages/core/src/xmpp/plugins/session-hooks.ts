import { LazyMap } from '@sestina/xml';
import { Lifetime } from '../../lifetime.js';
import type { Clock } from '../../services/clock.js';
import type { Logger } from '../../services/logger.js';
import { isThenable } from '../../stream/event-queue.js';
import type { SessionOutcome } from '../../stream/session.js';
import { deadline } from '../../util/within.js';
import { SessionLostError } from '../iq/pending-requests.js';
import type { Plugin, PluginClass } from './plugin.js';

/** What hooks take from the connection. */
export interface SessionHooksHost {
  readonly clock: Clock;
  readonly logger: Logger;
  online(): boolean;
  /** Runs it in its turn. */
  enqueue(run: () => void): void;
  reportError(error: unknown, where: string): void;
  /** Every hook of a session that is new here has come to an end, or had its time. */
  sessionReady(): void;
}

/** A plugin's part in a session. */
interface Part {
  readonly lifetime: Lifetime;
  /** Its first hook was called: it hears of the end, too. */
  told: boolean;
  /** What still runs, or waits for others. */
  readonly pending: Set<Promise<void>>;
}

interface Member {
  readonly name: string;
  readonly plugin: Plugin;
  readonly needs: ReadonlySet<PluginClass>;
  part: Part | undefined;
}

type Hook = 'sessionStart' | 'sessionResumed' | 'sessionRestored';

const FIRST: Readonly<Record<SessionOutcome, Hook | undefined>> = {
  new: 'sessionStart',
  restored: 'sessionRestored',
  resumed: undefined,
};

// So long what needs a plugin waits for its hook.
const PATIENCE = 5_000;

/** Tells plugins of the beginning, the resumption and the end of a session, each after those that it needs. */
export class SessionHooks {
  readonly #host: SessionHooksHost;
  readonly #members = new LazyMap<PluginClass, Member>();
  /** The hook that a plugin is told of the session with; undefined where there is none. */
  #begun: Hook | undefined;
  #ready = false;

  constructor(host: SessionHooksHost) {
    this.#host = host;
  }

  /** Takes in a plugin, after those that it needs. */
  add(cls: PluginClass, plugin: Plugin, needs: ReadonlySet<PluginClass>): void {
    this.#members.set(cls, { name: cls.id, plugin, needs, part: undefined });
  }

  /** Takes out a plugin, whose part in the session is over. */
  remove(cls: PluginClass, reason: Error): void {
    const member = this.#members.get(cls);
    this.#members.delete(cls);
    if (member) this.#end(member, reason);
    this.#settled();
  }

  /** A session is there; called in its turn. */
  begin(outcome: SessionOutcome): void {
    if (outcome !== 'resumed') this.#ready = false;
    this.#begun = FIRST[outcome] ?? this.#begun;
    for (const [cls, member] of [...this.#members]) {
      if (this.#members.get(cls) !== member) continue;
      if (!member.part) this.#start(member);
      else this.#call(member, member.part, 'sessionResumed');
    }
    this.#settled();
  }

  /** Tells those of the session that were installed during it. */
  join(): void {
    // One whose connection is lost, and that may be resumed, is told of when it is.
    if (!this.#begun || !this.#host.online()) return;
    for (const member of [...this.#members.values()]) if (!member.part) this.#start(member);
  }

  /** The session is over; called in its turn. */
  end(reason: Error): void {
    this.#begun = undefined;
    for (const [cls, member] of [...this.#members]) if (this.#members.get(cls) === member) this.#end(member, reason);
  }

  #end(member: Member, reason: Error): void {
    const { name, part, plugin } = member;
    member.part = undefined;
    if (!part) return;
    part.lifetime.end(reason);
    if (!part.told) return;
    const failed = (error: unknown): void => this.#host.reportError(error, `plugin ${name}`);
    try {
      void Promise.resolve(plugin.sessionEnd?.(reason)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #start(member: Member): void {
    member.part = { lifetime: new Lifetime(), told: false, pending: new Set() };
    if (this.#begun) this.#call(member, member.part, this.#begun);
  }

  /** Calls the hook once everything has come to an end that it has to wait for. */
  #call(member: Member, part: Part, hook: Hook): void {
    const before = [...part.pending];
    for (const cls of member.needs) before.push(...(this.#members.get(cls)?.part?.pending ?? []));
    const running =
      before.length === 0
        ? this.#run(member, part, hook)
        : Promise.all(before).then(
            () => new Promise<void>((done) => this.#host.enqueue(() => void done(this.#run(member, part, hook)))),
          );
    if (!running) return;
    part.pending.add(running);
    void running.then(() => {
      part.pending.delete(running);
      this.#settled();
    });
  }

  /** A promise that never rejects, of its end or of that of our patience; undefined where it has ended. */
  #run({ name, plugin }: Member, part: Part, hook: Hook): Promise<void> | undefined {
    const { lifetime } = part;
    if (lifetime.over) return undefined;
    part.told = true;
    const failed = (error: unknown): void => {
      // What a lost session or a removal rejects is no news.
      if (lifetime.over || error instanceof SessionLostError)
        this.#host.logger.debug(`plugin ${name}: ${hook} ended with its session`, { error });
      else this.#host.reportError(error, `plugin ${name}`);
    };
    try {
      const called = hook === 'sessionRestored' && !plugin.sessionRestored ? 'sessionStart' : hook;
      // Most plugins have no hook, and need no signal.
      const result = plugin[called]?.(lifetime.signal);
      return isThenable(result) ? this.#patiently(name, hook, lifetime, result, failed) : undefined;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  #patiently(
    name: string,
    hook: Hook,
    lifetime: Lifetime,
    result: PromiseLike<unknown>,
    failed: (error: unknown) => void,
  ): Promise<void> {
    return new Promise((done) => {
      const { signal } = lifetime;
      const patience = { what: `${hook} of ${name}`, timeout: PATIENCE, signal, background: true };
      const end = deadline(this.#host.clock, patience, () => {
        if (!signal.aborted) {
          this.#host.logger.warn(`${name}: ${hook} has taken ${PATIENCE / 1_000} s, what waits for it goes on`);
        }
        done();
      });
      const settled = (): void => {
        end();
        done();
      };
      Promise.resolve(result).then(settled, (error: unknown) => {
        failed(error);
        settled();
      });
    });
  }

  #settled(): void {
    if (!this.#begun || this.#ready) return;
    for (const { part } of this.#members.values()) if (part && part.pending.size > 0) return;
    this.#ready = true;
    this.#host.sessionReady();
  }
}
