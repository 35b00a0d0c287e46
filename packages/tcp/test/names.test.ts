import { ConfigError, SestinaError, TimeoutError, TlsError, TlsInjectionError } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { asciiDomain, isHostname } from '../src/domain.js';
import { destinationOf } from '../src/endpoints.js';
import { presentedNames, speaksFor } from '../src/identity.js';
import { isPlainText, isTlsFailure, toTlsError } from '../src/tls-failure.js';

const withCode = (code: string, message = code): Error => Object.assign(new Error(message), { code });

describe('what a handshake failed with', () => {
  it.each([
    ['CERT_HAS_EXPIRED', 'certificate-expired'],
    ['CERT_NOT_YET_VALID', 'certificate-not-yet-valid'],
    ['CERT_REVOKED', 'certificate-revoked'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate-untrusted'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate-untrusted'],
    ['UNABLE_TO_GET_ISSUER_CERT', 'certificate-untrusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate-untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate-untrusted'],
    ['CERT_SIGNATURE_FAILURE', 'certificate-untrusted'],
    ['CRL_HAS_EXPIRED', 'certificate-untrusted'],
    ['INVALID_CA', 'certificate-untrusted'],
    ['INVALID_PURPOSE', 'certificate-untrusted'],
    ['PATH_LENGTH_EXCEEDED', 'certificate-untrusted'],
    ['ERROR_IN_CERT_NOT_AFTER_FIELD', 'certificate-untrusted'],
    ['OUT_OF_MEM', 'certificate-untrusted'],
    ['INVALID_CAX', 'interrupted'],
    ['X_CERT_REVOKED', 'interrupted'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'protocol'],
    ['ERR_SSL_HTTP_REQUEST', 'protocol'],
    ['ERR_SSL_HTTPS_PROXY_REQUEST', 'protocol'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'protocol'],
    ['ERR_SSL_NO_PROTOCOLS_AVAILABLE', 'protocol'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'protocol'],
    ['ERR_SSL_VERSION_TOO_LOW', 'protocol'],
    ['ERR_SSL_BAD_PROTOCOL_VERSION_NUMBER', 'protocol'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'handshake'],
    ['ERR_TLS_HANDSHAKE', 'handshake'],
    ['NO_ERR_TLS_HANDSHAKE', 'interrupted'],
    ['ECONNRESET', 'interrupted'],
  ])('%s is %s', (code, reason) => {
    const cause = withCode(code);
    const error = toTlsError(cause, 'example.org', false);
    expect(error).toBeInstanceOf(TlsError);
    expect(error).toMatchObject({ reason, domain: 'example.org', cause });
  });

  it('is plain text that was put in after STARTTLS, where there was a STARTTLS', () => {
    const plain = withCode('ERR_SSL_WRONG_VERSION_NUMBER');
    expect(toTlsError(plain, 'example.org', true)).toBeInstanceOf(TlsInjectionError);
    expect(toTlsError(withCode('ERR_SSL_NO_CIPHERS'), 'example.org', true)).toBeInstanceOf(TlsError);
    expect([plain, withCode('ERR_SSL_NO_CIPHERS'), null, undefined].map(isPlainText)).toEqual([
      ...[true, false, false, false],
    ]);
    expect([plain, withCode('xERR_SSL_A'), withCode('ECONNRESET'), null].map(isTlsFailure)).toEqual([
      ...[true, false, false, false],
    ]);
  });

  it('is an end that came too late, or what is typed already', () => {
    const late = toTlsError(new TimeoutError('the handshake', 4_321), 'example.org', false);
    expect(late).toMatchObject({ reason: 'interrupted', message: expect.stringContaining('4321 ms') });
    const typed = new ConfigError('no', 'tls');
    expect(toTlsError(typed, 'example.org', false)).toBe(typed);
    expect(late).toBeInstanceOf(SestinaError);
  });
});

describe('a domain', () => {
  it('is a name of 253 characters and labels of 63 at most', () => {
    const label = 'a'.repeat(63);
    const longest = `${label}.${label}.${label}.${'a'.repeat(61)}`;
    expect([longest, `${longest}a`, label, `${label}a`, 'a_b.c-d', 'a..b', '.a', 'A'].map(isHostname)).toEqual([
      ...[true, false, true, false, true, false, false, false],
    ]);
  });

  it.each([
    ['EXAMPLE.org.', 'example.org'],
    ['münchen.example', 'xn--mnchen-3ya.example'],
    ['127.0.0.1', '127.0.0.1'],
    ['[::1]', '::1'],
    ['::1', '::1'],
    ['[FE80::1%25Eth0]', 'fe80::1%Eth0'],
    ['日本.example', 'xn--wgv71a.example'],
  ])('%s is %s', (given, ascii) => expect(asciiDomain(given, 'host')).toBe(ascii));

  it.each([
    'münchen.example/x',
    'ü\\x',
    'ü?x',
    'ü#x',
    'ü%41',
    'ü@x',
    'ü:80',
    '[example.org]x',
    'x[::1]',
    '[127.0.0.1%25x]',
    '１２７.0.0.1',
    '..',
  ])('%s is none', (given) => {
    expect(() => asciiDomain(given, 'service')).toThrow(expect.objectContaining({ option: 'service' }));
  });
});

describe('where a connection is to go', () => {
  const to = (target: object) => destinationOf({ domain: 'example.org', kind: 'client', ...target } as never);

  it('is what is given, with the port of its kind', () => {
    expect(to({})).toEqual({ endpoint: undefined, name: 'example.org', elsewhere: false });
    expect(to({ host: 'xmpp.example.org' }).endpoint).toEqual({
      ...{ host: 'xmpp.example.org', port: 5222, directTls: false },
    });
    expect(to({ port: 65_535 }).endpoint).toEqual({ host: 'example.org', port: 65_535, directTls: false });
    expect(to({ port: 1 }).endpoint?.port).toBe(1);
    expect(to({ kind: 'component' }).endpoint).toEqual({ host: 'example.org', port: 5347, directTls: false });
    expect(to({ kind: 'component', host: 'h.example', port: 8888 }).endpoint).toMatchObject({
      host: 'h.example',
      port: 8888,
    });
    expect(to({ dnsName: 'other.example', elsewhere: true })).toMatchObject({ name: 'other.example', elsewhere: true });
  });

  it.each([
    ['xmpp://h.example', 'h.example', 5222, false],
    ['XMPPS://h.example/', 'h.example', 5223, true],
    ['xmpps://[::1]:443', '::1', 443, true],
    ['xmpp://127.0.0.1:65535/', '127.0.0.1', 65_535, false],
  ])('is that of the service %s', (service, host, port, directTls) => {
    expect(to({ service }).endpoint).toEqual({ host, port, directTls });
  });

  it.each([
    'xmpp:h',
    'http://h',
    'xmpp://',
    'xmpp://h:0',
    'xmpp://h:65536',
    'xmpp://h:123456',
    'xmpp://h/x',
    'xmpp://u@h',
    'x xmpp://h',
  ])('is nothing that %s says', (service) => {
    expect(() => to({ service })).toThrow(expect.objectContaining({ option: 'service' }));
  });

  it('says which option it is that makes no sense', () => {
    for (const target of [{ host: 'a b' }, { kind: 'component', host: 'a b' }, { dnsName: 'a b' }])
      expect(() => to(target)).toThrow(expect.objectContaining({ option: 'host' }));
    expect(() => to({ port: 65_536 })).toThrow(expect.objectContaining({ option: 'port' }));
  });
});

describe('a name in a certificate', () => {
  it('is nothing at all where the list cannot be read', () => {
    expect(presentedNames('DNS:a.example, "')).toEqual([]);
    expect(presentedNames('DNS:"a.example')).toEqual([]);
    expect(presentedNames('DNS:"a\\x.example", DNS:b.example')).toEqual([
      { type: 'DNS', value: '' },
      { type: 'DNS', value: 'b.example' },
    ]);
    expect(presentedNames('othername::x, othername:a, othername:b:c:d')).toEqual([{ type: 'b', value: 'c:d' }]);
  });

  it('with a star stands for one label, which is there', () => {
    const star = presentedNames('DNS:*.example.org');
    expect(
      ['a.example.org', '.example.org', 'example.org', 'a.b.example.org'].map((name) => speaksFor(star, name)),
    ).toEqual([...[true, false, false, false]]);
  });

  it('may be an address however that is written, without the link that it is reached by', () => {
    const names = presentedNames('IP Address:FE80:0:0:0:0:0:0:1');
    expect([speaksFor(names, 'fe80::1%eth0'), speaksFor(names, 'fe80::2%eth0')]).toEqual([true, false]);
    expect(speaksFor(presentedNames('IP Address:example.org'), '127.0.0.1')).toBe(false);
    expect(speaksFor(presentedNames('DNS:127.0.0.1'), '127.0.0.1')).toBe(false);
  });
});
