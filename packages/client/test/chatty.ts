import { type SaslExchange, SaslMechanism } from '@sestina/sasl';

/** A mechanism that answers whatever it is asked. */
export class Chatty extends SaslMechanism {
  readonly name = 'X-CHATTY';
  readonly strength = 100;
  readonly needsTls = false;

  usable(): boolean {
    return true;
  }

  start(): SaslExchange {
    return {
      initial: async () => undefined,
      respond: async () => new Uint8Array(0),
      success: async () => {},
    };
  }
}
