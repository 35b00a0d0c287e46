import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Daemon } from './daemon.js';
import { ServerError } from './errors.js';
import type { Guard } from './guard.js';
import { listening } from './ports.js';
import { administratorOf, type Backend, type Site } from './site.js';
import type { CertificatePair, RunningServer, ServerKind, ServerUser, StopSignal } from './types.js';

const START_TIMEOUT = 60_000;
const POLL = 25;

/** One of the ports was taken by somebody else before the server could listen on it; other ports may do. */
export class PortTakenError extends ServerError {}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

function succeeds(promise: Promise<void>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false,
  );
}

/** The parts that Prosody and ejabberd have in common. */
export class TestServer implements RunningServer {
  readonly kind: ServerKind;
  readonly host = '127.0.0.1';
  readonly #site: Site;
  readonly #backend: Backend;
  readonly #guard: Guard;
  readonly #users: Map<string, ServerUser>;
  #daemon: Daemon | undefined;
  #disposed = false;
  // start() and stop() one after the other, however they are called
  #last: Promise<void> = Promise.resolve();

  constructor(kind: ServerKind, site: Site, backend: Backend, guard: Guard) {
    this.kind = kind;
    this.#site = site;
    this.#backend = backend;
    this.#guard = guard;
    this.#users = new Map(site.users.map((user) => [user.username, user]));
  }

  get domain(): string {
    return this.#site.hosts.main;
  }

  get ports(): RunningServer['ports'] {
    return this.#site.ports;
  }

  get hosts(): RunningServer['hosts'] {
    return this.#site.hosts;
  }

  get component(): RunningServer['component'] {
    return this.#site.component;
  }

  get ca(): string {
    return this.#site.ca.pem;
  }

  get caFile(): string {
    return this.#site.ca.file;
  }

  get directory(): string {
    return this.#site.directory;
  }

  get administrator(): string {
    return administratorOf(this.hosts);
  }

  get users(): readonly ServerUser[] {
    return [...this.#users.values()];
  }

  get running(): boolean {
    return this.#daemon?.running ?? false;
  }

  clientCertificate(user: string): CertificatePair {
    return this.#site.ca.issueClient(user.includes('@') ? user : `${user}@${this.hosts.external}`);
  }

  serverCertificate(domain: string): Promise<CertificatePair> {
    return this.#site.ca.issueAnother(domain);
  }

  async addUser(username: string, password: string): Promise<void> {
    await this.#backend.addUser(username, password);
    this.#users.set(username, { jid: `${username}@${this.domain}`, username, password });
  }

  async removeUser(username: string): Promise<void> {
    await this.#backend.removeUser(username);
    this.#users.delete(username);
  }

  async closeSession(jid: string, condition?: string): Promise<void> {
    await this.#backend.closeSession(jid, condition);
  }

  start(): Promise<void> {
    return this.#next(async () => {
      if (this.#disposed) throw new ServerError('this server was disposed of; start another one');
      if (!this.running) await this.#start();
    });
  }

  stop(signal: StopSignal = 'TERM'): Promise<void> {
    return this.#next(() => this.#stop(signal));
  }

  async restart(signal: StopSignal = 'TERM'): Promise<void> {
    await this.stop(signal);
    await this.start();
  }

  async logTail(lines = 100): Promise<string> {
    const text = (await read(this.#output)) + (await read(this.#backend.logFile));
    return text.trimEnd().split('\n').slice(-lines).join('\n');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#next(async () => {
      if (this.#disposed) return;
      this.#disposed = true;
      await this.#stop('KILL');
      await this.#guard.release();
    });
  }

  get #output(): string {
    return join(this.#site.directory, 'console.log');
  }

  #next(action: () => Promise<void>): Promise<void> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #start(): Promise<void> {
    const logged = (await read(this.#backend.logFile)).length;
    const daemon = new Daemon(this.#backend.command, this.#site.directory, this.#output);
    this.#daemon = daemon;
    this.#guard.watch(daemon.group);
    void daemon.ended.then(() => {
      if (this.#daemon === daemon) this.#guard.watch(undefined);
    });
    try {
      await this.#ready(daemon, logged);
    } catch (error) {
      await this.#stop('KILL');
      throw error;
    }
  }

  async #stop(signal: StopSignal): Promise<void> {
    await this.#daemon?.stop(signal);
    this.#daemon = undefined;
    this.#guard.watch(undefined);
  }

  async #ready(daemon: Daemon, logged: number): Promise<void> {
    const deadline = performance.now() + START_TIMEOUT;
    const waiting = new Set(Object.values(this.#site.ports));
    while (daemon.running && performance.now() < deadline) {
      for (const port of waiting) {
        if (!(await listening(port))) break;
        waiting.delete(port);
      }
      const ready = waiting.size === 0 && (await succeeds(this.#backend.ready()));
      // Somebody else may be the one who listens there; a server that is ready has logged what it did not get.
      await this.#refuseTakenPort(logged);
      if (ready) return;
      await sleep(POLL);
    }
    await this.#refuseTakenPort(logged);
    const what = daemon.running ? `does not listen after ${START_TIMEOUT} ms` : 'ended while starting';
    throw new ServerError(`${this.kind} ${what}; the end of its log:\n${await this.logTail(30)}`);
  }

  async #refuseTakenPort(logged: number): Promise<void> {
    if (this.#backend.portTaken.test((await read(this.#backend.logFile)).slice(logged))) {
      throw new PortTakenError(`${this.kind}: a port was taken by another process`);
    }
  }
}
