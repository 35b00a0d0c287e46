import type { TransportEvents } from '@sestina/core/transport';
import { DnsError, type HostAddress, Resolver, type SrvRecord } from '@sestina/tcp';

export const dnsFailure = (host: string, code: string): DnsError =>
  new DnsError(host, code, { retryable: code !== 'ENOTFOUND' });

type Answer<T> = readonly T[] | Error | 'silence';

/** DNS from two tables; what is in neither does not exist. */
export class FakeResolver extends Resolver {
  readonly asked: string[] = [];

  constructor(
    private readonly services: Record<string, Answer<SrvRecord>> = {},
    private readonly hosts: Record<string, Answer<string>> = {},
  ) {
    super();
  }

  async srv(name: string, signal: AbortSignal): Promise<readonly SrvRecord[]> {
    this.asked.push(name);
    return answer(this.services[name] ?? [], signal);
  }

  async addresses(host: string, signal: AbortSignal): Promise<readonly HostAddress[]> {
    this.asked.push(host);
    const found = await answer(this.hosts[host] ?? dnsFailure(host, 'ENOTFOUND'), signal);
    return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  }
}

async function answer<T>(given: Answer<T>, signal: AbortSignal): Promise<readonly T[]> {
  if (given instanceof Error) throw given;
  if (given !== 'silence') return given;
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

export const srv = (name: string, port = 5222, priority = 0, weight = 0): SrvRecord => ({
  name,
  port,
  priority,
  weight,
});

/** Writes down what a transport tells. */
export class Recorder implements TransportEvents {
  text = '';
  drains = 0;
  readonly closes: (Error | undefined)[] = [];
  /** Calls that came after `close`. */
  late = 0;
  /** Called within the callback. */
  onData: (text: string) => void = () => {};
  #waiting: (() => void)[] = [];

  data(chunk: Uint8Array | string): void {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    this.text += text;
    this.#happened();
    this.onData(text);
  }

  drain(): void {
    this.drains++;
    this.#happened();
  }

  close(error?: Error): void {
    this.#happened();
    this.closes.push(error);
  }

  async closed(): Promise<Error | undefined> {
    await this.until(() => this.closes.length > 0);
    return this.closes[0];
  }

  async received(wanted: string): Promise<void> {
    await this.until(() => this.text.includes(wanted));
  }

  async until(done: () => boolean): Promise<void> {
    while (!done()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #happened(): void {
    if (this.closes.length > 0) this.late++;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** What a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection');
}
