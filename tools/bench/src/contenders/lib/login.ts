import { config, cpuTime, finish, takeTurns } from './sample.js';

/** Where to log in, and how. */
export interface LoginConfig {
  readonly domain: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly ca: string;
  readonly jid: string;
  readonly password: string;
  readonly way?: 'bind2' | 'fast' | 'rfc6120' | 'sasl2';
}

const WARMUP = 3;

/** One login. */
export interface LoggedIn {
  /** Writes to the server between TLS and the session: each waits for an answer to the one before. */
  readonly writes: number;
  end(): Promise<unknown>;
}

/** Logs in, a turn each. The first times, when keys are derived and perhaps a token is fetched, do not count. */
export async function measureLogins(logIn: (where: LoginConfig) => Promise<LoggedIn>): Promise<void> {
  const where = config<LoginConfig>();
  let logins = 0;
  const once = async () => {
    const before = cpuTime();
    const start = performance.now();
    const session = await logIn(where);
    const login = performance.now() - start;
    await session.end();
    logins += 1;
    // The opening of the stream is no part of the login.
    return { login, cpu: cpuTime() - before, trips: session.writes - 1 };
  };
  while (logins < WARMUP) await once();
  await takeTurns(once);
  finish({}, logins - WARMUP);
}
