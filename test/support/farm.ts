import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RunningServer } from '@sestina/servers';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../programs/farm-worker.ts', import.meta.url));
const PATIENCE = 20_000;

/** What a worker is started with. */
export interface WorkerOptions {
  readonly name: string;
  readonly domain: string;
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** Where the workers keep what is done. Without it each does everything that comes. */
  readonly redis?: { readonly host: string; readonly port: number } | undefined;
  /** Whether each writes down there what it has in hand. Default: where there is a Redis. */
  readonly journal?: boolean | undefined;
  /** Milliseconds that the work for a message takes. Default 0. */
  readonly work?: number | undefined;
}

/** What a worker says about itself. */
export interface WorkerReport {
  answered: number;
  /** Of these, how many were done already. */
  again: number;
  sessions: number;
  /** Microseconds of CPU time since its session began, or since `reset()`. */
  cpu: number;
}

/** A component in a process of its own. */
export class Worker implements AsyncDisposable {
  readonly name: string;
  readonly #child: ChildProcess;
  #report: WorkerReport | undefined;
  #errors = '';

  private constructor(options: WorkerOptions) {
    this.name = options.name;
    this.#child = fork(SCRIPT, [JSON.stringify(options)], {
      cwd: ROOT,
      execArgv: ['--conditions=@sestina/source', '--import', 'tsx'],
      env: { ...process.env, TSX_TSCONFIG_PATH: `${ROOT}tsconfig.base.json` },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors += chunk;
    });
    this.#child.on('message', (report: WorkerReport) => {
      this.#report = report;
    });
  }

  /** Resolves once it has a session. */
  static async start(options: WorkerOptions): Promise<Worker> {
    const worker = new Worker(options);
    try {
      await worker.ask();
    } catch (error) {
      await worker[Symbol.asyncDispose]();
      throw error;
    }
    return worker;
  }

  /** What it said last; it does so five times a second. */
  get report(): WorkerReport {
    return this.#report ?? { answered: 0, again: 0, sessions: 0, cpu: 0 };
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it says now. @param what `reset` lets it count its CPU time anew. */
  async ask(what: 'report' | 'reset' = 'report'): Promise<WorkerReport> {
    const ended = once(this.#child, 'exit').then(() => {
      throw new Error(`${this.name} has ended: ${this.#errors}`);
    });
    ended.catch(() => {});
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(PATIENCE) });
    if (this.#report) this.#child.send(what);
    await Promise.race([answer, ended]);
    return this.report;
  }

  /** The process is gone at once, with all that it has not written yet. */
  async kill(): Promise<void> {
    if (!this.running) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

/** Several workers on one domain. */
export class Farm implements AsyncDisposable {
  readonly #server: RunningServer;
  readonly #domain: string;
  readonly #redis: WorkerOptions['redis'];
  readonly #how: Pick<WorkerOptions, 'journal' | 'work'>;
  /** All that were started, those that were killed included. */
  readonly workers: Worker[] = [];

  constructor(
    server: RunningServer,
    domain: string,
    redis?: WorkerOptions['redis'],
    how: Pick<WorkerOptions, 'journal' | 'work'> = {},
  ) {
    this.#how = how;
    this.#server = server;
    this.#domain = domain;
    this.#redis = redis && { host: redis.host, port: redis.port };
  }

  /** Starts so many more, on the farm's own server or on another node of its cluster. */
  async add(count = 1, { host, ports, component }: RunningServer = this.#server): Promise<Worker[]> {
    const shared = { ...this.#how, domain: this.#domain, redis: this.#redis };
    const options = { ...shared, host, port: ports.component, secret: component.secret };
    const first = this.workers.length + 1;
    const names = Array.from({ length: count }, (_, index) => `w${first + index}`);
    const started = await Promise.allSettled(names.map((name) => Worker.start({ ...options, name })));
    const workers = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    this.workers.push(...workers);
    for (const outcome of started) if (outcome.status === 'rejected') throw outcome.reason;
    return workers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill()));
  }
}
