import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

// Certificates made on the spot (RFC 5280), since no command line tool is on every machine in one version.

function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const length = Buffer.from(body.length.toString(16).padStart(4, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x82), length, body]);
}

const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts);
const integer = (value: number): Buffer => der(0x02, Buffer.of(value));

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const digits = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return der(0x06, Buffer.from(bytes));
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x17, Buffer.from(digits.slice(2)));
}

const commonName = (name: string): Buffer =>
  sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(name)))));

const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;

export type KeyKind = 'ec' | 'ec-sha384' | 'rsa-sha512' | 'ed25519';

const ALGORITHMS: Record<KeyKind, { oid: string; hash: string | null; parameters: Buffer[] }> = {
  ec: { oid: '1.2.840.10045.4.3.2', hash: 'sha256', parameters: [] },
  'ec-sha384': { oid: '1.2.840.10045.4.3.3', hash: 'sha384', parameters: [] },
  'rsa-sha512': { oid: '1.2.840.113549.1.1.13', hash: 'sha512', parameters: [der(0x05)] },
  ed25519: { oid: '1.3.101.112', hash: null, parameters: [] },
};

function keyPair(kind: KeyKind): { privateKey: KeyObject; publicKey: KeyObject } {
  if (kind === 'ed25519') return generateKeyPairSync('ed25519');
  if (kind === 'rsa-sha512') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function signed(kind: KeyKind, body: Buffer, key: KeyObject): Buffer {
  const { hash } = ALGORITHMS[kind];
  return sequence(body, algorithm(kind), der(0x03, Buffer.of(0), sign(hash, body, key)));
}

function algorithm(kind: KeyKind): Buffer {
  const { oid: id, parameters } = ALGORITHMS[kind];
  return sequence(oid(id), ...parameters);
}

/** `dns:`, `ip:` (IPv4), `srv:` (id-on-dnsSRV) or `xmpp:` (id-on-xmppAddr) with its value. */
function generalName(name: string): Buffer {
  const [type = '', value = ''] = name.split(/:(.*)/s);
  if (type === 'ip') return der(0x87, Buffer.from(value.split('.').map(Number)));
  if (type === 'dns') return der(0x82, Buffer.from(value));
  const [id, tag] = type === 'srv' ? ['1.3.6.1.5.5.7.8.7', 0x16] : ['1.3.6.1.5.5.7.8.5', 0x0c];
  return der(0xa0, oid(String(id)), der(0xa0, der(Number(tag), Buffer.from(value))));
}

export interface Leaf {
  names?: string[];
  cn?: string;
  from?: Date;
  to?: Date;
  serial?: number;
  selfSigned?: boolean;
}

const DAY = 86_400_000;
export const daysFromNow = (days: number): Date => new Date(Date.now() + days * DAY);

/** A certificate authority of its own. */
export class Authority {
  readonly ca: string;
  readonly #key: KeyObject;
  readonly #name: Buffer;
  readonly #kind: KeyKind;

  constructor(name = 'Test authority', kind: KeyKind = 'ec') {
    const pair = keyPair(kind);
    this.#key = pair.privateKey;
    this.#name = commonName(name);
    this.#kind = kind;
    const constraints = sequence(
      oid('2.5.29.19'),
      der(0x01, Buffer.of(0xff)),
      der(0x04, sequence(der(0x01, Buffer.of(0xff)))),
    );
    this.ca = pem(
      'CERTIFICATE',
      this.#certificate(1, this.#name, pair.publicKey, daysFromNow(-365), daysFromNow(365), [constraints]),
    );
  }

  issue({
    names,
    cn = 'server',
    from = daysFromNow(-1),
    to = daysFromNow(1),
    serial = 2,
    selfSigned = false,
  }: Leaf = {}): {
    key: string;
    cert: string;
  } {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const extensions = names ? [sequence(oid('2.5.29.17'), der(0x04, sequence(...names.map(generalName))))] : [];
    const subject = commonName(cn);
    const body = selfSigned
      ? this.#certificate(serial, subject, pair.publicKey, from, to, extensions, subject, pair.privateKey, 'ec')
      : this.#certificate(serial, subject, pair.publicKey, from, to, extensions);
    return {
      key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      cert: pem('CERTIFICATE', body),
    };
  }

  /** A revocation list with these serial numbers. */
  revoke(...serials: number[]): string {
    const revoked = serials.map((serial) => sequence(integer(serial), time(daysFromNow(-1))));
    const body = sequence(
      integer(1),
      algorithm(this.#kind),
      this.#name,
      time(daysFromNow(-1)),
      time(daysFromNow(1)),
      sequence(...revoked),
    );
    return pem('X509 CRL', signed(this.#kind, body, this.#key));
  }

  #certificate(
    serial: number,
    subject: Buffer,
    publicKey: KeyObject,
    from: Date,
    to: Date,
    extensions: Buffer[],
    issuer = this.#name,
    key = this.#key,
    kind = this.#kind,
  ): Buffer {
    const body = sequence(
      der(0xa0, integer(2)),
      integer(serial),
      algorithm(kind),
      issuer,
      sequence(time(from), time(to)),
      subject,
      publicKey.export({ type: 'spki', format: 'der' }),
      ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
    );
    return signed(kind, body, key);
  }
}
