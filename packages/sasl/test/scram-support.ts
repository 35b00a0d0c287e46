import { ScramExchange, type ScramExchangeOptions } from '../src/scram/exchange.js';
import { environment } from './support.js';

/** An exchange with SCRAM-SHA-1 for user/pencil, whose nonce is CNONCE unless told otherwise. */
export function scramExchange(changes: Partial<ScramExchangeOptions> = {}): ScramExchange {
  return new ScramExchange({
    hash: 'SHA-1',
    plus: false,
    limits: { minIterations: 4096, maxIterations: 1_000_000 },
    credentials: { username: 'user', password: 'pencil' },
    environment: environment(),
    nonce: 'CNONCE',
    ...changes,
  });
}

/** The same after its first message. */
export async function scramStarted(changes: Partial<ScramExchangeOptions> = {}): Promise<ScramExchange> {
  const exchange = scramExchange(changes);
  await exchange.initial();
  return exchange;
}

/** A correct first message of the server. */
export const serverFirst = 'r=CNONCEsrv,s=c2FsdHNhbHQ=,i=4096';
