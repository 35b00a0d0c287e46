import { LazyMap } from '@sestina/xml';
import { ConfigError } from '../errors.js';
import { Registration } from '../registration.js';
import type { Clock, Timer } from '../services/clock.js';
import { type EventQueue, isThenable } from './event-queue.js';
import type { FailureReport } from './events.js';

interface Task {
  readonly repeat: boolean;
  readonly callback: () => unknown;
  timer: Timer;
  /** Due, and waiting for its turn. */
  queued: boolean;
}

/** Named tasks that run on the event queue when they are due. */
export class Scheduler {
  readonly #queue: EventQueue;
  readonly #clock: Clock;
  readonly #report: FailureReport;
  readonly #tasks = new LazyMap<string, Task>(); // bound: tasks of the program

  constructor(queue: EventQueue, clock: Clock, report: FailureReport) {
    this.#queue = queue;
    this.#clock = clock;
    this.#report = report;
  }

  /** The names of what is still to run. */
  get names(): string[] {
    return [...this.#tasks.keys()];
  }

  /**
   * Runs `callback` after `delay` milliseconds, once or again and again. A repeated one waits `delay` after it was due; a
   * run that has not had its turn by then is not doubled.
   * @throws ConfigError where the name is taken, or the delay is not a number of at least 0 (1 for a repeated one).
   */
  schedule(name: string, delay: number, callback: () => unknown, options: { repeat?: boolean } = {}): Registration {
    const repeat = options.repeat ?? false;
    if (this.#tasks.has(name)) throw new ConfigError(`a task named "${name}" is scheduled already`, 'name');
    if (!Number.isFinite(delay) || delay < (repeat ? 1 : 0)) {
      throw new ConfigError(`task "${name}": the delay has to be a number of milliseconds, got ${delay}`, 'delay');
    }
    const due = (): void => {
      if (task.repeat) task.timer = this.#clock.setTimer(delay, due);
      if (task.queued) return;
      task.queued = true;
      this.#queue.push({ run: () => this.#run(name, task), what: () => `task ${name}` });
    };
    const task: Task = { repeat, callback, timer: this.#clock.setTimer(delay, due), queued: false };
    this.#tasks.set(name, task);
    return new Registration(() => {
      if (this.#tasks.get(name) === task) this.cancel(name);
    });
  }

  /** Cancels it; false where there is none of that name. */
  cancel(name: string): boolean {
    const task = this.#tasks.get(name);
    task?.timer.cancel();
    return this.#tasks.delete(name);
  }

  cancelAll(): void {
    for (const name of this.names) this.cancel(name);
  }

  #run(name: string, task: Task): unknown {
    task.queued = false;
    // Cancelled between being due and having its turn.
    if (this.#tasks.get(name) !== task) return undefined;
    if (!task.repeat) this.#tasks.delete(name);
    const failed = (error: unknown): void => this.#report(error, `task ${name}`);
    try {
      const result = task.callback();
      return isThenable(result) ? Promise.resolve(result).then(undefined, failed) : undefined;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }
}
