import { utf8 } from './bytes.js';
import { required, wellFormed } from './credentials.js';
import { type SaslCredentials, type SaslEnvironment, type SaslExchange, SaslMechanism } from './mechanism.js';
import { SingleMessageExchange } from './single-message.js';

/** PLAIN (RFC 4616): tells the server the password. Never without TLS. */
export class PlainMechanism extends SaslMechanism {
  readonly name = 'PLAIN';
  readonly strength = 10;
  readonly needsTls = true;

  usable(credentials: SaslCredentials, _environment?: SaslEnvironment): boolean {
    return Boolean(credentials.username) && credentials.password !== undefined;
  }

  start({ username, password, authzid = '' }: SaslCredentials, _environment?: SaslEnvironment): SaslExchange {
    return new SingleMessageExchange(() =>
      utf8([wellFormed('authzid', authzid), required('username', username), required('password', password)].join('\0')),
    );
  }
}
