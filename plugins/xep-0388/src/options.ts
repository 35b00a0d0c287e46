import { ConfigError } from '@sestina/core';
import { booleanOption } from '@sestina/core/connection';
import { UUID } from './client-id.js';

/** Options of `Sasl2`. */
export class Sasl2Options {
  /**
   * What the server is told of the program; it shows that to the account's owner alone.
   * @default 'Sestina'
   */
  software = 'Sestina';
  /**
   * What the server is told of the device, for the account's owner.
   * @default undefined
   */
  device: string | undefined = undefined;
  /**
   * Which client this is, for the server: `auto` makes a UUID, kept in the connection's `secrets`; a UUID of version 4 of your own,
   * which no two clients may have at once; or false: it is not told, and there are no tokens (XEP-0484).
   * @default 'auto'
   */
  clientId: 'auto' | false | string = 'auto';
  /**
   * Whether the login of RFC 6120 is taken wherever it is offered.
   * @default false
   */
  avoid = false;
}

/** @throws ConfigError for values that cannot be. */
export function checkOptions({ software, device, clientId, avoid }: Sasl2Options): void {
  if (typeof software !== 'string' || software === '') throw new ConfigError('software is a text', 'software');
  if (device !== undefined && typeof device !== 'string') throw new ConfigError('device is a text', 'device');
  booleanOption('avoid', avoid);
  if (clientId === false || clientId === 'auto') return;
  if (typeof clientId === 'string' && UUID.test(clientId)) return;
  throw new ConfigError("clientId is 'auto', false or a UUID of version 4", 'clientId');
}
