import { type ChildProcess, fork } from 'node:child_process';
import { startServer } from '@sestina/servers';
import { compiled } from '../harness/compile.js';
import type { Contender, Scenario } from '../harness/types.js';

/** Starts what sends messages; resolves once it is connected. */
function startLoad(config: Readonly<Record<string, unknown>>): Promise<ChildProcess> {
  const script = compiled(new URL('../contenders/load.ts', import.meta.url));
  const child = fork(script, [JSON.stringify(config)], { execArgv: [] });
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
  });
}

/** (h): what one process of a component answers. */
export const component: Scenario = {
  id: 'h',
  title: 'a component answers',
  async prepare({ scale }) {
    const server = await startServer({ kind: 'ejabberd', users: 0 });
    const { domains, secret } = server.component;
    const [loadDomain = '', ...others] = domains;
    const port = server.ports.component;
    const load = await startLoad({ port, secret, domain: loadDomain }).catch(async (error: unknown) => {
      await server[Symbol.asyncDispose]();
      throw error;
    });
    const count = scale(1_000, 200);
    const shared = { port, secret, load: `load@${loadDomain}`, count, warmup: scale(10, 1) };
    // Each has a domain of its own: the server would share out what comes for one of them.
    const contender = (name: string, script: URL): Contender => ({
      name,
      script,
      config: { ...shared, domain: others.shift() },
    });
    return {
      cases: [
        {
          title: `ejabberd: ${count} messages to 200 addresses of the component, 200 on their way at once`,
          base: 'sestina',
          turns: 20,
          metrics: [
            { id: 'cpu', label: 'CPU of the process per message and its answer', unit: 'µs' },
            { id: 'rate', label: 'messages answered', unit: '1/s', moreIsBetter: true },
          ],
          headlines: [{ metric: 'cpu', what: 'a component answers a message' }],
          contenders: [
            contender('sestina', new URL('../contenders/component-sestina.ts', import.meta.url)),
            contender('xmpp.js', new URL('../contenders/component-xmppjs.ts', import.meta.url)),
            contender('slixmpp', new URL('../contenders/component-slixmpp.py', import.meta.url)),
          ],
          verify(checks) {
            for (const [name, answered] of checks) {
              if (answered !== count) throw new Error(`${name} answered ${answered} of ${count} messages`);
            }
          },
        },
      ],
      dispose: async () => {
        load.kill();
        await server[Symbol.asyncDispose]();
      },
    };
  },
};
