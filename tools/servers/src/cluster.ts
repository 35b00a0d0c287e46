import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Daemon } from './daemon.js';
import type { Ejabberd } from './ejabberd.js';
import { ServerError } from './errors.js';
import { Guard } from './guard.js';
import { ensureInstalled } from './install.js';
import { type Launched, launchEjabberd } from './launch.js';
import { freePorts } from './ports.js';
import { makeShared, makeSite, secret } from './start.js';
import type { RunningServer, ServerOptions } from './types.js';

const JOIN_TIMEOUT = 60_000;
const POLL = 50;

/** What {@link startCluster} takes. */
export interface ClusterOptions extends Pick<ServerOptions, 'users' | 'log' | 'balancedComponents'> {
  /** How many nodes. Default 2. */
  nodes?: number;
}

/** Nodes of ejabberd that are one server to the world. All die with this process, however that ends. */
export interface RunningCluster extends AsyncDisposable {
  /**
   * Each has ports of its own; hosts, accounts, component domains and the secret are those of all. A node can be stopped and
   * started by itself, and finds the others again.
   */
  readonly nodes: readonly RunningServer[];
  /** What the nodes share: certificates and accounts. Each has a directory of its own, too. */
  readonly directory: string;
  /** Resolves once every node that runs sees so many, itself among them. @throws {ServerError} After a minute. */
  joined(count: number): Promise<void>;
}

class Cluster implements RunningCluster {
  readonly directory: string;
  readonly #guard: Guard;
  readonly #launched: Launched<Ejabberd>[] = [];
  #epmd: Daemon | undefined;

  constructor(directory: string) {
    this.directory = directory;
    this.#guard = new Guard(directory);
  }

  get nodes(): readonly RunningServer[] {
    return this.#launched.map(({ server }) => server);
  }

  async start({ nodes = 2, ...options }: ClusterOptions): Promise<void> {
    const [epmdPort = 0] = await freePorts(1);
    // The nodes of this cluster only: the system's own has port 4369.
    const epmd = { command: 'epmd', args: ['-port', `${epmdPort}`, '-address', '127.0.0.1'] };
    this.#epmd = new Daemon(epmd, this.directory, join(this.directory, 'epmd.log'));
    this.#guard.watch(this.#epmd.group);
    const shared = await makeShared(options, this.directory);
    const common = { epmdPort, cookie: secret(), database: join(this.directory, 'data.sqlite') };
    const names = Array.from({ length: nodes }, (_, index) => `node${index + 1}@localhost`);
    for (const node of names) {
      const member = { ...common, node };
      this.#launched.push(await launchEjabberd((directory) => makeSite(options, directory, shared, member)));
      if (this.#launched.length === 1) await this.#launched[0]?.backend.populate();
      else await this.#join();
    }
  }

  async joined(count: number): Promise<void> {
    const deadline = performance.now() + JOIN_TIMEOUT;
    while (!(await this.#see(count))) {
      if (performance.now() > deadline) throw new ServerError(`the nodes of ejabberd do not see ${count} of them`);
      await sleep(POLL);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#launched.map(({ server }) => server[Symbol.asyncDispose]()));
    await this.#epmd?.stop('KILL');
    await this.#guard.release();
  }

  async #join(): Promise<void> {
    const count = this.#launched.length;
    await this.#launched.at(-1)?.backend.join('node1@localhost');
    await this.joined(count);
  }

  async #see(count: number): Promise<boolean> {
    const running = this.#launched.filter(({ server }) => server.running);
    const seen = await Promise.all(running.map(({ backend }) => backend.nodes().catch(() => [])));
    return seen.every(({ length }) => length === count);
  }
}

/**
 * Starts a cluster of ejabberd on 127.0.0.1, with all that `startServer` says of one. The nodes share accounts (a database), who
 * is online where, and the connections of components.
 *
 * @throws {ServerError} When it cannot be installed or started.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<RunningCluster> {
  await ensureInstalled(['ejabberd']);
  const cluster = new Cluster(await mkdtemp(join(tmpdir(), 'sestina-cluster-')));
  try {
    await cluster.start(options);
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}
