import type { Disk } from './disk.js';
import type { Machine, Surroundings } from './machine.js';
import { Line } from './network.js';
import type { ClientPlan } from './plan.js';
import { ClientProcess } from './process.js';

/** One user with one machine: a process on it, and after that another one. */
export class SimulatedClient implements Machine {
  readonly index: number;
  readonly plan: ClientPlan;
  readonly line: Line;
  readonly disk: Disk = new Map();
  readonly world: Surroundings;
  /** Processes whose disk has failed. */
  readonly failedDisks = new Set<number>();
  #process: ClientProcess | undefined;
  #started = 0;
  #away = 0;

  constructor(world: Surroundings, index: number, plan: ClientPlan) {
    this.world = world;
    this.index = index;
    this.plan = plan;
    this.line = new Line(world.exchange);
    this.start();
  }

  get jid(): string {
    return `c${this.index}@sim.example`;
  }

  get process(): ClientProcess | undefined {
    return this.#process;
  }

  /** Starts a process where there is none. */
  start(): void {
    this.#process ??= new ClientProcess(this, this.#started++);
  }

  /** Kills the process; the next one starts after a while. */
  crash(write: 'done' | 'none' | 'torn', quietly: boolean, away: number): void {
    const process = this.#process;
    if (!process) return;
    this.#process = undefined;
    process.kill(write);
    this.line.kill(quietly);
    this.#after(away, () => this.start());
  }

  /** Goes, and comes again after a while. */
  leave(away: number): void {
    this.#process?.leave();
    this.#after(away, () => this.#process?.comeBack());
  }

  /** Is there, and stays. */
  comeBack(): void {
    this.#away += 1;
    this.line.mend();
    this.start();
    this.#process?.storage.mend();
    this.#process?.comeBack();
  }

  #after(away: number, act: () => void): void {
    const turn = ++this.#away;
    this.world.clock.setTimer(away, () => {
      if (turn === this.#away) act();
    });
  }
}
