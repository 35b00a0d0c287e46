import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseXMPP } from '@sestina/core';
import { DnsError, type HostAddress, Resolver, type SrvRecord, TcpTransportFactory } from '@sestina/tcp';
import { Ping } from '@sestina/xep-0199';
import { describe, expect, it } from 'vitest';
import { type Bench, KINDS, SOON, useServer } from '../support/bench.js';
import { Way } from '../support/way.js';

type Outage = 'certificate' | 'network' | 'resolver' | 'server';

/** The order in which things fail, `OUTAGES=network,server`, and how long each of them does, `OUTAGE_SECONDS=3600`. */
const ORDER = (process.env['OUTAGES'] ?? 'resolver,server,network,certificate').split(',') as readonly Outage[];
const SECONDS = Number(process.env['OUTAGE_SECONDS'] ?? 1);

/** What attempts fail with meanwhile. */
const CODES: Readonly<Record<Outage, RegExp>> = {
  certificate: /^ERR_TLS$/,
  network: /^ERR_(?:CONNECT|CONNECTION_LOST|TIMEOUT|TLS)$/,
  resolver: /^ERR_DNS$/,
  server: /^ERR_(?:CONNECT|CONNECTION_LOST|TLS|AUTH|STREAM|HANDSHAKE|COMPONENT_CONFLICT)$/,
};

class Names extends Resolver {
  lost = false;

  async srv(): Promise<readonly SrvRecord[]> {
    return [];
  }

  async addresses(host: string): Promise<readonly HostAddress[]> {
    if (this.lost) throw new DnsError(host, 'ENOTFOUND', { retryable: false });
    return [{ address: '127.0.0.1', family: 4 }];
  }
}

/** A bot behind a name and a way, and everything that can go wrong with it. */
class Outdoors {
  readonly #bench: Bench;
  readonly names = new Names();
  readonly way: Way;
  readonly failures: string[] = [];

  constructor(bench: Bench, way: Way) {
    this.#bench = bench;
    this.way = way;
  }

  get options() {
    return {
      transports: new TcpTransportFactory({ resolver: this.names, connectTimeout: 1_000 }),
      keepAlive: { interval: 200, timeout: 300 },
      connectTimeout: 2_000,
      reconnect: { ...SOON, slowMax: 200 },
    };
  }

  watch(bot: BaseXMPP): void {
    bot.on('connectionFailed', ({ error }) => void this.failures.push((error as Error & { code: string }).code));
    bot.on('disconnected', () => {});
  }

  async begin(outage: Outage): Promise<void> {
    switch (outage) {
      case 'resolver':
        this.names.lost = true;
        // A name is looked up where a connection is made.
        this.way.state = 'cut';
        this.way.state = 'open';
        break;
      case 'server':
        await this.#bench.server.stop('KILL');
        break;
      case 'network':
        this.way.state = 'silent';
        break;
      case 'certificate':
        this.way.state = 'portal';
    }
  }

  async end(outage: Outage): Promise<void> {
    switch (outage) {
      case 'resolver':
        this.names.lost = false;
        break;
      case 'server':
        await this.#bench.server.start();
        break;
      default:
        this.way.state = 'cut';
        this.way.state = 'open';
    }
  }
}

const untilOnline = (bot: BaseXMPP) => expect.poll(() => bot.online, { timeout: 20_000 }).toBe(true);

describe.each(KINDS)('outages on the way to %s', (kind) => {
  const bench = useServer({ kind });

  async function outdoors(port: 'c2sTls' | 'component'): Promise<Outdoors> {
    const upstream = () => ({ host: bench.server.host, port: bench.server.ports[port] });
    return new Outdoors(bench, await Way.to(upstream, await bench.server.serverCertificate('portal.example')));
  }

  /** One after the other, each over before the next begins. */
  async function weather(place: Outdoors, bot: BaseXMPP, order: readonly Outage[]): Promise<void> {
    for (const outage of order) {
      place.failures.length = 0;
      await place.begin(outage);
      await sleep(SECONDS * 1_000);
      await expect.poll(() => place.failures.length, { timeout: 20_000 }).toBeGreaterThan(0);
      expect(bot.online, outage).toBe(false);
      const failed = [...place.failures];
      await place.end(outage);
      await untilOnline(bot);
      expect(
        failed.filter((code) => !CODES[outage].test(code)),
        outage,
      ).toEqual([]);
    }
  }

  /** Each begins before the one before it is over. */
  async function storm(place: Outdoors, bot: BaseXMPP, order: readonly Outage[]): Promise<void> {
    for (const [i, outage] of order.entries()) {
      await place.begin(outage);
      await sleep(SECONDS * 1_000);
      const before = order[i - 1];
      if (before) await place.end(before);
      await sleep(SECONDS * 500);
    }
    const last = order.at(-1);
    if (last) await place.end(last);
    await untilOnline(bot);
  }

  it(
    'F16, F28: leave a client there at the end',
    async () => {
      const place = await outdoors('c2sTls');
      await using way = place.way;
      const service = `xmpps://xmpp.example:${way.port}`;
      const client = bench.client({ ...(await bench.account()), ...place.options, service });
      place.watch(client);
      const ping = client.use(Ping);
      await client.connect();
      await weather(place, client, ORDER);
      expect(await ping.ping()).toBeGreaterThan(0);
      await storm(place, client, ORDER);
      await storm(place, client, [...ORDER].reverse());
      expect(await ping.ping()).toBeGreaterThan(0);
      await client.disconnect();
    },
    (SECONDS * 10 * ORDER.length + 120) * 1_000,
  );

  it(
    'leave a component there at the end',
    async () => {
      const place = await outdoors('component');
      await using way = place.way;
      const [jid = ''] = bench.server.component.domains;
      const where = { host: 'xmpp.example', port: way.port, allowRemotePlaintext: true };
      const component = bench.component({ jid, ...place.options, ...where });
      place.watch(component);
      const ping = component.use(Ping);
      await component.connect();
      // Components have no certificates.
      const order = ORDER.filter((outage) => outage !== 'certificate');
      await weather(place, component, order);
      await storm(place, component, order);
      await storm(place, component, [...order].reverse());
      expect(await ping.ping()).toBeGreaterThan(0);
      await component.disconnect();
    },
    (SECONDS * 10 * ORDER.length + 120) * 1_000,
  );
});
