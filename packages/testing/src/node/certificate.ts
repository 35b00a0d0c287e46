import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  boolean,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  tagged,
  time,
  utf8String,
} from './der.js';

/** What a certificate is to say. */
export interface CertificateOptions {
  /** The DNS names that it is for, A-labels where they are not ASCII. The first one is its subject too. */
  names: readonly string[];
  /** Default: an hour ago. */
  notBefore?: Date;
  /** Default: in seven days. */
  notAfter?: Date;
}

/** A key and a certificate for it, both PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

const HOUR = 3_600_000;
const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

/**
 * Makes a P-256 key and an X.509 certificate that it has signed itself. Pass the certificate as `ca` to whoever should
 * trust it. With dates in the past or other names it makes those that nobody should.
 */
export function selfSignedCertificate(options: CertificateOptions): KeyAndCertificate {
  const { names, notBefore = new Date(Date.now() - HOUR), notAfter = new Date(Date.now() + 7 * 24 * HOUR) } = options;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(setOf(sequence(objectIdentifier('2.5.4.3'), utf8String((names[0] ?? '').slice(0, 64)))));
  const toBeSigned = sequence(
    tagged(0, true, integer(Uint8Array.of(2))),
    // Twenty bytes at most, and never zero (RFC 5280 §4.1.2.2).
    integer(Uint8Array.of(1, ...randomBytes(15))),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    tagged(3, true, extensions(names)),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(sequence(toBeSigned, ECDSA_WITH_SHA256, bitString(signature))),
  };
}

function extensions(names: readonly string[]): Uint8Array {
  const dnsNames = names.map((name) => tagged(2, false, new TextEncoder().encode(name)));
  const digitalSignatureAndCertSign = bitString(Uint8Array.of(0b1000_0100), 2);
  return sequence(
    extension('2.5.29.17', false, sequence(...dnsNames)),
    // It is its own authority, so it has to be allowed to be one.
    extension('2.5.29.19', true, sequence(boolean(true))),
    extension('2.5.29.15', true, digitalSignatureAndCertSign),
    extension('2.5.29.37', false, sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
  );
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  const parts = [objectIdentifier(id), ...(critical ? [boolean(true)] : []), octetString(value)];
  return sequence(...parts);
}

function pem(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
