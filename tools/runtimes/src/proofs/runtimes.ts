import { join } from 'node:path';
import type { Lab } from '../lab.js';
import type { Proof } from '../proof.js';
import { BUN, DENO_2, NODE_20, NODE_22, NODE_24, NODE_26, type Tool } from '../tools.js';

/** How a tool is called for a program. */
type Call = (lab: Lab) => Promise<readonly [command: string, ...args: string[]]>;

/** The path of a program in what npm installs for a tool. */
const binary = async (lab: Lab, tool: Tool, path: string): Promise<string> => {
  const name = tool.packages[0]?.replace(/@[^@]*$/, '') ?? '';
  return join(await lab.tool(tool), 'node_modules', name, path);
};
const nodeCall =
  (tool: Tool): Call =>
  async (lab) => [await binary(lab, tool, 'bin/node')];
const bunCall: Call = async (lab) => [await binary(lab, BUN, 'bin/bun')];
const denoCall: Call = async (lab) => [
  await binary(lab, DENO_2, 'deno'),
  'run',
  // It says no to everything else, such as another host.
  '--allow-net=127.0.0.1,localhost',
  '--allow-read',
  '--allow-env',
  '--allow-sys',
  '--no-remote',
  '--no-prompt',
  '--node-modules-dir=manual',
];

interface Runtime {
  readonly tool: Tool;
  readonly call: Call;
  /** Whether it has `require()` for CommonJS. */
  readonly requires: boolean;
  /** Whether it runs TypeScript by itself. */
  readonly typescript: boolean;
}

const RUNTIMES: readonly Runtime[] = [
  { tool: NODE_20, call: nodeCall(NODE_20), requires: true, typescript: false },
  { tool: NODE_22, call: nodeCall(NODE_22), requires: true, typescript: true },
  { tool: NODE_24, call: nodeCall(NODE_24), requires: true, typescript: true },
  { tool: NODE_26, call: nodeCall(NODE_26), requires: true, typescript: true },
  { tool: BUN, call: bunCall, requires: true, typescript: true },
  { tool: DENO_2, call: denoCall, requires: false, typescript: true },
];

const WAYS = { memory: 'in memory', starttls: 'TCP with STARTTLS', tls: 'direct TLS', wss: 'WebSocket (wss)' } as const;

/** Logging in and exchanging messages, what is refused, `require()`, TypeScript as it is. */
export const runtimeProofs: readonly Proof[] = RUNTIMES.flatMap(({ tool, call, requires, typescript }) => {
  const proof = (what: string, program: readonly string[], settings?: (lab: Lab) => unknown): Proof => ({
    tool,
    what,
    run: async (lab) => {
      const [command, ...args] = await call(lab);
      const given = settings ? [JSON.stringify(settings(lab))] : [];
      await lab.run(command, [...args, ...program, ...given], { env: { DENO_NO_UPDATE_CHECK: '1' } });
    },
  });
  return [
    ...Object.entries(WAYS).map(([way, what]) => proof(what, ['exchange.mjs'], (lab) => exchange(lab, way))),
    proof('bad certificates are refused', ['refusals.mjs'], refusals),
    ...(requires ? [proof('`require()`', ['require.cjs'])] : []),
    ...(typescript ? [proof('a bot and a plugin in TypeScript, not compiled', ['bot.ts'])] : []),
    ...(tool.title === 'Node.js' ? [proof('`node:test`', ['--test', 'node/bot.test.mjs'])] : []),
  ];
});

/** Where a client reaches the server, in each way. */
function servicesOf({ server: { host, domain, ports } }: Lab): Readonly<Record<string, string>> {
  return {
    starttls: `xmpp://${host}:${ports.c2s}`,
    tls: `xmpps://${host}:${ports.c2sTls}`,
    wss: `wss://${domain}:${ports.https}/xmpp-websocket`,
  };
}

function exchange(lab: Lab, way: string): object {
  const users = lab.server.users.slice(0, 2).map(({ jid, password }) => ({ jid, password }));
  return { service: servicesOf(lab)[way], ca: lab.server.ca, users };
}

function refusals(lab: Lab): object[] {
  const { ca, domain, hosts } = lab.server;
  const { starttls, tls, wss } = servicesOf(lab);
  return [
    ...[starttls, tls, wss].map((service) => ({ what: 'an unknown authority', service, jid: `a@${domain}` })),
    ...[hosts.expired, hosts.selfSigned, hosts.wrongName].flatMap((host) =>
      [starttls, tls].map((service) => ({ what: host, service, jid: `a@${host}`, ca })),
    ),
  ];
}
