import { utf8 } from './bytes.js';
import { wellFormed } from './credentials.js';
import { type SaslCredentials, type SaslEnvironment, type SaslExchange, SaslMechanism } from './mechanism.js';
import { SingleMessageExchange } from './single-message.js';

/** EXTERNAL (RFC 4422 appendix A, XEP-0178): the client certificate of TLS says who we are. Only when asked for. */
export class ExternalMechanism extends SaslMechanism {
  readonly name = 'EXTERNAL';
  readonly strength = 90;
  readonly needsTls = true;

  usable(credentials: SaslCredentials, _environment?: SaslEnvironment): boolean {
    return credentials.external === true;
  }

  start({ authzid = '' }: SaslCredentials, _environment?: SaslEnvironment): SaslExchange {
    return new SingleMessageExchange(() => utf8(wellFormed('authzid', authzid)));
  }
}
