import { createHmac } from 'node:crypto';
import {
  AnonymousMechanism,
  ExternalMechanism,
  HtMechanism,
  OauthBearerMechanism,
  PlainMechanism,
  type SaslEnvironment,
  SaslError,
  type SaslMechanism,
} from '@sestina/sasl';
import { SeededRandom } from '@sestina/testing';
import fc from 'fast-check';
import { holds, target, textOf } from './target.js';

const BINDING = new TextEncoder().encode('of this connection');
const MECHANISMS: readonly SaslMechanism[] = [
  new PlainMechanism(),
  new ExternalMechanism(),
  new AnonymousMechanism(),
  new OauthBearerMechanism(),
  new HtMechanism('SHA-256', 'NONE'),
  new HtMechanism('SHA-512', 'EXPR'),
  new HtMechanism('SHA-256', 'ENDP'),
];
/** So that it is found wherever it does not belong. */
const SECRET = 'h0rse-battery';
// Nobody has to send more than was given: the text, escaped, and a hash.
const MOST_BYTES = 4_096;

const text = textOf(['\0', '\u0001', ',', '=', '"', '\ud800', '@', 'é', '\u00ad', 'x'.repeat(300)]);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .oneof(
      fc.constantFrom(
        '',
        '{}',
        '{"status":1}',
        '{"status":"invalid_token","scope":[]}',
        '[]',
        'null',
        '{"__proto__":1}',
      ),
      fc.json(),
      text,
      fc.constant(`{"status":"${'e'.repeat(9_000)}"}`),
    )
    .map((said) => new TextEncoder().encode(said)),
);
/** `right`: what a server says that knows the token; with an edit, nearly that. */
const answer = fc.oneof(
  fc.record({ kind: fc.constant('challenge' as const), data: bytes }),
  fc.record({ kind: fc.constant('success' as const), data: fc.option(bytes, { nil: undefined }) }),
  fc.record({ kind: fc.constant('right' as const), edit: fc.option(fc.nat(63), { nil: undefined }) }),
);

export const mechanisms = target(
  {
    name: 'sasl',
    holds:
      'a mechanism sends what it is asked to or fails with a SaslError that holds no secret, and believes a server that has to prove itself by that alone',
    cost: 2,
  },
  fc.record({
    which: fc.nat(MECHANISMS.length - 1),
    username: text,
    secret: text,
    authzid: fc.option(text, { nil: undefined }),
    trace: fc.option(text, { nil: undefined }),
    answers: fc.array(answer, { maxLength: 4 }),
    bound: fc.boolean(),
    seed: fc.nat(),
  }),
  async ({ which, username, secret, authzid, trace, answers, bound, seed }) => {
    const mechanism = MECHANISMS[which] as SaslMechanism;
    const random = new SeededRandom(seed);
    const token = SECRET + secret;
    const environment: SaslEnvironment = {
      secure: true,
      randomBytes: (length) => random.bytes(length),
      channelBindingTypes: bound ? ['tls-exporter', 'tls-server-end-point'] : [],
      channelBinding: () => Promise.resolve(bound ? BINDING : undefined),
      offeredMechanisms: [mechanism.name],
    };
    const secrets = { password: token, token, hashedToken: token };
    const credentials = { username, authzid, trace, host: authzid, external: true, anonymous: true, ...secrets };
    const usable = mechanism.usable(credentials, environment);
    const expected = rightAnswer(mechanism.name, token);
    let believed = false;
    let told: Uint8Array | undefined;
    try {
      const exchange = mechanism.start(credentials, environment);
      const sent = await exchange.initial();
      holds((sent?.length ?? 0) <= MOST_BYTES, `${sent?.length} bytes were sent at first`);
      holds(usable, 'it goes on with what it cannot use');
      for (const each of answers) {
        if (each.kind === 'challenge') {
          const response = await exchange.respond(each.data);
          holds(response.length <= MOST_BYTES, `${response.length} bytes were sent in answer`);
          holds(!new TextDecoder().decode(response).includes(SECRET), 'the secret was told in answer to a challenge');
          continue;
        }
        told = each.kind === 'right' ? edited(expected, each.edit) : each.data;
        await exchange.success(told);
        believed = true;
        break;
      }
    } catch (error) {
      holds(error instanceof SaslError, `failed with ${String(error)}`);
      holds(!`${error.message} ${error.stack}`.includes(SECRET), 'a secret stands in an error');
    }
    const proves = mechanism.name.startsWith('HT-');
    const proven = told !== undefined && Buffer.compare(Buffer.from(told), Buffer.from(expected)) === 0;
    holds(!believed || !proves || proven, 'a server was believed that does not know the token');
  },
);

/** What a server that knows the token says of it, by the text of the mechanism and not by our code. */
function rightAnswer(name: string, token: string): Uint8Array {
  const [, hash, binding] = /^HT-SHA-(\d+)-(\w+)$/.exec(name) ?? [];
  if (hash === undefined) return new Uint8Array(0);
  const hmac = createHmac(`sha${hash}`, Buffer.from(token, 'utf8')).update('Responder');
  return new Uint8Array(hmac.update(binding === 'NONE' ? '' : BINDING).digest());
}

function edited(of: Uint8Array, at: number | undefined): Uint8Array {
  if (at === undefined) return of;
  const other = of.slice(0, at % 2 === 0 ? of.length : at);
  if (at < other.length) other[at] = (other[at] ?? 0) ^ 1;
  return other;
}
