import { utf8 } from './bytes.js';
import { wellFormed } from './credentials.js';
import { CredentialsError } from './errors.js';
import { type SaslCredentials, type SaslEnvironment, type SaslExchange, SaslMechanism } from './mechanism.js';
import { SingleMessageExchange } from './single-message.js';

/** ANONYMOUS (RFC 4505): the server gives us any name. Only when asked for. */
export class AnonymousMechanism extends SaslMechanism {
  readonly name = 'ANONYMOUS';
  readonly strength = 0;
  readonly needsTls = false;

  usable(credentials: SaslCredentials, _environment?: SaslEnvironment): boolean {
    return credentials.anonymous === true;
  }

  start({ trace = '' }: SaslCredentials, _environment?: SaslEnvironment): SaslExchange {
    return new SingleMessageExchange(() => {
      if ([...trace].length > 255) throw new CredentialsError('trace', 'it has more than 255 characters (RFC 4505)');
      if (/\p{Cc}/u.test(trace)) throw new CredentialsError('trace', 'it contains a control character');
      return utf8(wellFormed('trace', trace));
    });
  }
}
