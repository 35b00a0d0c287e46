import { config, finish, median } from './sample.js';

/** Where to log in, and how often. */
export interface LoginConfig {
  readonly count: number;
  readonly domain: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly ca: string;
  readonly jid: string;
  readonly password: string;
  readonly way?: 'bind2' | 'fast' | 'rfc6120' | 'sasl2';
}

/** One login. */
export interface LoggedIn {
  /** Writes to the server between TLS and the session: each waits for an answer to the one before. */
  readonly writes: number;
  end(): Promise<unknown>;
}

/** Logs in again and again, and reports what one took. The first, which derives keys and may fetch a token, does not count. */
export async function measureLogins(logIn: (where: LoginConfig) => Promise<LoggedIn>): Promise<void> {
  const where = config<LoginConfig>();
  await (await logIn(where)).end();
  const times: number[] = [];
  let writes = 0;
  const before = process.cpuUsage();
  for (let done = 0; done < where.count; done++) {
    const start = performance.now();
    const session = await logIn(where);
    times.push(performance.now() - start);
    writes = session.writes;
    await session.end();
  }
  const { user, system } = process.cpuUsage(before);
  // The opening of the stream is no part of the login.
  finish({ login: median(times), cpu: (user + system) / 1_000 / where.count, trips: writes - 1 }, times.length);
}
