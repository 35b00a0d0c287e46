import type { ClientOptions } from '@sestina/client';

/** The account that the environment names: what `npm run servers` prints, or one of yours. */
export function accountFromEnvironment(resource: string): ClientOptions {
  const { SESTINA_JID: jid, SESTINA_PASSWORD: password, SESTINA_HOST: host, SESTINA_PORT: port } = process.env;
  if (!jid || !password) {
    console.error('Set SESTINA_JID and SESTINA_PASSWORD; `npm run servers` starts a server and prints both.');
    process.exit(2);
  }
  return { jid, password, resource, host, port: port ? Number(port) : undefined };
}
