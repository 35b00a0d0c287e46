import { fromUtf8, utf8 } from './bytes.js';
import { escapeSaslName, required, wellFormed } from './credentials.js';
import { CredentialsError, RefusedError, SaslProtocolError } from './errors.js';
import { MAX_MESSAGE_BYTES } from './limits.js';
import { type SaslCredentials, type SaslEnvironment, type SaslExchange, SaslMechanism } from './mechanism.js';

/** OAUTHBEARER (RFC 7628): an OAuth 2.0 access token. Never without TLS. */
export class OauthBearerMechanism extends SaslMechanism {
  readonly name = 'OAUTHBEARER';
  readonly strength = 20;
  readonly needsTls = true;

  usable(credentials: SaslCredentials, _environment?: SaslEnvironment): boolean {
    return Boolean(credentials.token);
  }

  start(credentials: SaslCredentials, _environment?: SaslEnvironment): SaslExchange {
    return new OauthBearerExchange(credentials);
  }
}

class OauthBearerExchange implements SaslExchange {
  #credentials: SaslCredentials | undefined;
  #sent = false;
  #refusal: RefusedError | undefined;

  constructor(credentials: SaslCredentials) {
    this.#credentials = { ...credentials };
  }

  get refusal(): RefusedError | undefined {
    return this.#refusal;
  }

  async initial(): Promise<Uint8Array> {
    const credentials = this.#credentials;
    if (credentials === undefined) throw new TypeError('an exchange serves one authentication: start() another');
    this.#credentials = undefined;
    const message = utf8(clientResponse(credentials));
    this.#sent = true;
    return message;
  }

  async respond(challenge: Uint8Array): Promise<Uint8Array> {
    if (!this.#sent || this.#refusal !== undefined) {
      throw new SaslProtocolError('unexpected-challenge', 'OAUTHBEARER has one challenge, which reports an error');
    }
    this.#refusal = parseRefusal(challenge);
    // RFC 7628 section 3.2.3: the server can fail the authentication only after one more message from us.
    return Uint8Array.of(1);
  }

  async success(_additional: Uint8Array | undefined): Promise<void> {
    if (!this.#sent) throw new SaslProtocolError('unexpected-success', 'nothing was sent yet');
    if (this.#refusal) throw new SaslProtocolError('unexpected-success', 'the server had reported an error before');
  }
}

function clientResponse({ authzid = '', token, host, port }: SaslCredentials): string {
  const bearer = required('token', token);
  if (!/^[\x21-\x7e]+$/.test(bearer)) throw new CredentialsError('token', 'it is not printable ASCII (RFC 6750)');
  if (/[^\x21-\x7e]/.test(host ?? '')) throw new CredentialsError('host', 'it is not printable ASCII: use the A-label');
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
    throw new CredentialsError('port', 'it is not between 1 and 65535');
  }
  const name = escapeSaslName(wellFormed('authzid', authzid));
  if (name.includes('\x01')) throw new CredentialsError('authzid', 'it contains U+0001');
  return [
    `n,${name === '' ? '' : `a=${name}`},`,
    ...(host ? [`host=${host}`] : []),
    ...(port === undefined ? [] : [`port=${port}`]),
    `auth=Bearer ${bearer}`,
    '\x01',
  ].join('\x01');
}

function parseRefusal(challenge: Uint8Array): RefusedError {
  if (challenge.length > MAX_MESSAGE_BYTES) {
    throw new SaslProtocolError('message-too-long', `more than ${MAX_MESSAGE_BYTES} bytes`);
  }
  let error: unknown;
  try {
    error = JSON.parse(fromUtf8(challenge) ?? '');
  } catch {
    // Nothing can be done with the reason anyway, and the exchange has to be ended in the regular way.
  }
  const text = (key: string): string | undefined => {
    const value = error !== null && typeof error === 'object' ? Reflect.get(error, key) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  return new RefusedError(text('status') ?? 'other-error', text('scope'), text('openid-configuration'));
}
