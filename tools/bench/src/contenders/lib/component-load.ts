import { config, cpuTime, finish, type Repeats, takeTurns } from './sample.js';

/** Where the server is, and how much is to be answered. */
export interface ComponentConfig extends Repeats {
  readonly port: number;
  readonly domain: string;
  readonly secret: string;
  /** The address of the load generator. */
  readonly load: string;
  readonly count: number;
}

/** A component of one of the libraries. */
export interface Component {
  send(to: string, body: string): unknown;
}

/** Told of each message that comes in; says whether it is one to be answered, with the same body. */
export type Heard = (body: string) => boolean;

/** Measures what it takes one library to answer messages, prints the sample and ends the process. */
export async function measureComponent(
  connect: (config: ComponentConfig, heard: Heard) => Promise<Component>,
): Promise<void> {
  const options = config<ComponentConfig>();
  let answered = 0;
  let ended = (): void => {};
  const component = await connect(options, (body) => {
    if (body === 'END') {
      ended();
      return false;
    }
    answered += 1;
    return true;
  });
  const run = (count: number): Promise<void> =>
    new Promise((resolve) => {
      answered = 0;
      ended = resolve;
      void component.send(options.load, `START ${count} ${options.domain}`);
    });
  const { count, warmup } = options;
  for (let done = 0; done < warmup; done++) await run(count);
  await takeTurns(async () => {
    const cpu = cpuTime();
    const start = performance.now();
    await run(count);
    const seconds = (performance.now() - start) / 1_000;
    return { cpu: ((cpuTime() - cpu) * 1_000) / count, rate: count / seconds };
  });
  finish({}, answered);
}
