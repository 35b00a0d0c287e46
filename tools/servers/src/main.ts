// npm run servers [prosody|ejabberd|both]: keeps real servers up to play with, until Ctrl-C.
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningServer, type ServerKind, startServer } from './index.js';

const KINDS: Readonly<Record<string, readonly ServerKind[]>> = {
  prosody: ['prosody'],
  ejabberd: ['ejabberd'],
  both: ['prosody', 'ejabberd'],
};

function describe(server: RunningServer): string {
  const { kind, domain, host, ports, hosts, users, component } = server;
  const [first] = users;
  return `
${kind} for ${domain} on ${host}

  ports      STARTTLS ${ports.c2s}, direct TLS ${ports.c2sTls}, components ${ports.component}
  websocket  ws://${host}:${ports.http}/xmpp-websocket, wss://${domain}:${ports.https}/xmpp-websocket
  users      ${users.map(({ jid, password }) => `${jid} ${password}`).join('\n             ')}
  services   ${hosts.muc}, ${hosts.pubsub}, ${hosts.search}, ${hosts.upload}
  components ${component.domains.join(', ')}
  secret     ${component.secret}
  hosts      anonymous: ${hosts.anonymous}; client certificates: ${hosts.external}
             bad certificates: ${hosts.expired}, ${hosts.wrongName}, ${hosts.selfSigned}
  CA         ${server.caFile}
  directory  ${server.directory}

export SESTINA_DOMAIN=${domain}
export SESTINA_HOST=${host}
export SESTINA_PORT=${ports.c2s}
export SESTINA_JID=${first?.jid}
export SESTINA_PASSWORD=${first?.password}
export SESTINA_COMPONENT=${component.domains[0]}
export SESTINA_SECRET=${component.secret}
export SESTINA_COMPONENT_PORT=${ports.component}
export NODE_EXTRA_CA_CERTS=${server.caFile}
`;
}

async function watch(servers: readonly RunningServer[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const server of servers) {
      if (server.running) continue;
      console.error(`${server.kind} has ended by itself; the end of its log:\n${await server.logTail(30)}`);
      process.exitCode = 1;
      return;
    }
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
}

async function main(kinds: readonly ServerKind[]): Promise<void> {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
  // The process that runs this script has died.
  process.on('disconnect', () => controller.abort());
  const servers: RunningServer[] = [];
  try {
    for (const kind of kinds) {
      if (controller.signal.aborted) break;
      const server = await startServer({ kind, archive: true });
      servers.push(server);
      console.log(describe(server));
    }
    if (!controller.signal.aborted) console.log('Ctrl-C stops it and removes everything.');
    await watch(servers, controller.signal);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    for (const server of servers) await server[Symbol.asyncDispose]();
    // An open channel to the parent would keep this process alive.
    if (process.connected) process.disconnect();
  }
}

const kinds = KINDS[process.argv[2] ?? 'prosody'];
if (kinds === undefined) {
  console.error('usage: npm run servers [prosody|ejabberd|both]');
  process.exitCode = 2;
} else {
  await main(kinds);
}
