import { startServer } from '@sestina/servers';
import { type Contender, QUICK_TURNS, type Scenario, TURNS } from '../harness/types.js';

/** (l): from nothing to a session, on a real server. */
export const login: Scenario = {
  id: 'l',
  title: 'logging in',
  async prepare({ quick }) {
    const server = await startServer({ kind: 'prosody', users: 1, sasl2: true });
    const [user] = server.users;
    const shared = {
      domain: server.domain,
      port: server.ports.c2s,
      tlsPort: server.ports.c2sTls,
      ca: server.ca,
      jid: user?.jid,
      password: user?.password,
    };
    // xmpp.js has no option for a certificate authority.
    const env = { NODE_EXTRA_CA_CERTS: server.caFile };
    const sestina = (name: string, way: string): Contender => ({
      name,
      script: new URL('../contenders/login-sestina.ts', import.meta.url),
      config: { ...shared, way },
    });
    return {
      cases: [
        {
          title: 'Prosody, STARTTLS: logins, one after the other in one process',
          turns: TURNS,
          base: 'sestina, RFC 6120',
          metrics: [
            { id: 'login', label: 'from connect() to the session, time that passes', unit: 'ms' },
            { id: 'cpu', label: 'CPU of the process per login', unit: 'ms' },
            { id: 'trips', label: 'round trips once TLS is on', unit: '', compared: false },
          ],
          contenders: [
            sestina('sestina, RFC 6120', 'rfc6120'),
            sestina('sestina, SASL2', 'sasl2'),
            sestina('sestina, Bind 2', 'bind2'),
            sestina('sestina, tokens', 'fast'),
            {
              name: 'xmpp.js',
              script: new URL('../contenders/login-xmppjs.ts', import.meta.url),
              config: shared,
              env,
            },
          ],
          verify(checks) {
            for (const [name, check] of checks) {
              if (check !== (quick ? QUICK_TURNS : TURNS)) throw new Error(`${name}: ${check} logins`);
            }
          },
        },
      ],
      dispose: () => server[Symbol.asyncDispose](),
    };
  },
};
