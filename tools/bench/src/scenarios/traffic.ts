import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startServer } from '@sestina/servers';
import { compiled } from '../harness/compile.js';
import type { Contender, Metric, Scenario } from '../harness/types.js';

const CPU: Metric = { id: 'cpu', label: 'CPU of the process per message', unit: 'µs' };
const RATE: Metric = { id: 'rate', label: 'messages', unit: '1/s', moreIsBetter: true };
// Whoever is at 100 % is the limit.
const SHARE: Metric = { id: 'share', label: 'the process takes', unit: '% of a core', compared: false };
const SERVER: Metric = { id: 'server', label: 'the server takes', unit: '% of a core', compared: false };
const METRICS = [CPU, RATE, SHARE, SERVER];

/** Every message has to have come back, or have been counted by the sink. */
export function verifyTraffic(checks: ReadonlyMap<string, unknown>, count: number): void {
  for (const [name, messages] of checks) {
    if (messages !== count) throw new Error(`${name}: ${messages} of ${count} messages arrived`);
  }
}

/** Starts the server that is no limit. */
function startSink(): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(compiled(new URL('../contenders/sink.ts', import.meta.url)), { execArgv: [] });
  return new Promise((resolve, reject) => {
    child.once('message', (port) => resolve({ child, port: Number(port) }));
    child.once('exit', (code) => reject(new Error(`the sink ended with ${code}`)));
  });
}

/** (e): messages through real sockets. */
export const traffic: Scenario = {
  id: 'e',
  title: 'messages through a socket',
  async prepare({ scale }) {
    const server = await startServer({ kind: 'prosody', users: 1 });
    const sink = await startSink();
    const count = scale(1_000, 200);
    const warmup = scale(10, 1);
    const [user] = server.users;
    // Prosody writes it, as its configuration says.
    const pid = Number(await readFile(join(server.directory, 'prosody.pid'), 'utf8').catch(() => '')) || undefined;
    const real = {
      mode: 'echo',
      count,
      warmup,
      domain: server.domain,
      port: server.ports.c2s,
      tlsPort: server.ports.c2sTls,
      pid,
      httpsPort: server.ports.https,
      ca: server.ca,
      caFile: server.caFile,
      jid: user?.jid,
      password: user?.password,
    };
    const swallowed = {
      mode: 'sink',
      count: scale(5_000, 1_000),
      warmup,
      domain: 'capulet.example',
      port: sink.port,
      pid: sink.child.pid,
    };
    // xmpp.js and stanza have no option for a certificate authority.
    const env = { NODE_EXTRA_CA_CERTS: server.caFile };
    const contender = (name: string, script: URL, config: Record<string, unknown>, every = 1): Contender => ({
      name,
      script,
      config,
      env,
      every,
      floor: name.endsWith('(floor)'),
    });
    return {
      cases: [
        {
          title: `Prosody, TLS: ${count} messages to itself, 200 on their way at once`,
          base: 'sestina',
          turns: 20,
          metrics: METRICS,
          headlines: [{ metric: 'cpu', what: 'a message to ourselves, over TLS and back' }],
          contenders: [
            contender('sestina', new URL('../contenders/traffic-sestina.ts', import.meta.url), real),
            contender('socket (floor)', new URL('../contenders/traffic-socket.ts', import.meta.url), real),
            contender('xmpp.js', new URL('../contenders/traffic-xmppjs.ts', import.meta.url), real),
            contender('stanza (WebSocket)', new URL('../contenders/traffic-stanza.ts', import.meta.url), real),
            contender('slixmpp', new URL('../contenders/traffic-slixmpp.py', import.meta.url), real),
          ],
          verify: (checks) => verifyTraffic(checks, real.count),
        },
        {
          title: `a TCP server that swallows: ${swallowed.count} messages out`,
          base: 'sestina',
          turns: 20,
          metrics: METRICS,
          headlines: [{ metric: 'cpu', what: 'sending a message through a socket' }],
          contenders: [
            contender('sestina', new URL('../contenders/traffic-sestina.ts', import.meta.url), swallowed),
            contender('socket (floor)', new URL('../contenders/traffic-socket.ts', import.meta.url), swallowed),
            contender('xmpp.js', new URL('../contenders/traffic-xmppjs.ts', import.meta.url), swallowed),
            contender('slixmpp', new URL('../contenders/traffic-slixmpp.py', import.meta.url), swallowed, 4),
          ],
          verify: (checks) => verifyTraffic(checks, swallowed.count),
        },
      ],
      dispose: async () => {
        sink.child.kill();
        await server[Symbol.asyncDispose]();
      },
    };
  },
};
