import { ConfigError, ConnectError } from '@sestina/core';
import type { TransportTarget } from '@sestina/core/transport';

const PACKAGE = '@sestina/websocket';

/** The way out where there is no WebSocket. */
export const PASS_WEBSOCKET = `pass transports: new WebSocketTransportFactory() of ${PACKAGE}`;

const NETWORK = 'is the network up? Where the page was replaced since it was loaded, load it again';

// Node, the browsers and the bundlers all put what they cannot resolve in quotes of one kind or another.
const UNRESOLVED = new RegExp(`["'\`“‘]${PACKAGE}["'\`”’]`);

// What did not come is named by its URL; Safari names nothing.
const NOT_FETCHED = /\w:\/\/|^Importing a module script failed/;

/** No transport reaches it. */
export function unreachable({ service, domain }: TransportTarget, way: string, options?: ErrorOptions): ConfigError {
  const wanted = service ? `"${service}"` : `the domain ${domain}`;
  return new ConfigError(`no transport is installed that reaches ${wanted}: ${way}`, 'transports', options);
}

/** What it means that `import()` of the WebSocket package was rejected; that may pass only where a file did not come. */
export function notLoaded(target: TransportTarget, cause: unknown): ConfigError | ConnectError {
  const error = cause instanceof Error ? cause : new Error(String(cause), { cause });
  if (UNRESOLVED.test(error.message)) return unreachable(target, `install ${PACKAGE}, or ${PASS_WEBSOCKET}`, { cause });
  if (!(error instanceof SyntaxError) && NOT_FETCHED.test(error.message)) {
    return new ConnectError(target.domain, [{ address: PACKAGE, error }], NETWORK);
  }
  // Some bundlers put something empty in the place of what is not installed.
  const why = `${PACKAGE} does not load (${error.message})`;
  return unreachable(target, `${why}: install the version of it that fits @sestina/core`, { cause });
}
