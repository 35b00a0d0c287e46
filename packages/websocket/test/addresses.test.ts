import { TlsError } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { linksOfJson, linksOfXml } from '../src/host-meta-links.js';
import { parseUrl, serviceUrl, shown } from '../src/service.js';
import { toTlsError } from '../src/tls-failure.js';

const REL = 'urn:xmpp:alt-connections:websocket';

describe('the address of a service', () => {
  it('is one of a WebSocket, without what a socket has no use for', () => {
    expect(serviceUrl('wss://example.org/ws?a=b#c', false).href).toBe('wss://example.org/ws?a=b');
    expect(shown(new URL('wss://example.org:443/ws?token=secret'))).toBe('wss://example.org/ws');
    expect([parseUrl('no address'), parseUrl('ws', new URL('wss://a/b'))?.href]).toEqual([undefined, 'wss://a/ws']);
  });

  it.each([
    'https://example.org/',
    'wsss://example.org/',
    'awss://example.org/',
    'nowhere',
    'wss://user@example.org/',
    'wss://:secret@example.org/',
    'ws://example.org/',
    'ws://127.0.0.1.example.org/',
    'ws://x127.0.0.1.example/',
    'ws://localhost.example.org/',
    'ws://notlocalhost/',
    'ws://[::2]/',
  ])('%s is refused', (service) => {
    expect(() => serviceUrl(service, false)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', option: 'service' }),
    );
  });

  it.each([
    'ws://localhost/',
    'ws://a.localhost:80/',
    'ws://127.0.0.1/',
    'ws://127.123.45.67/',
    'ws://127.1/',
    'ws://[::1]/',
  ])('%s is this machine, and needs no encryption', (service) =>
    expect(serviceUrl(service, false).protocol).toBe('ws:'),
  );

  it('may be without encryption where that is allowed', () => {
    expect(serviceUrl('ws://example.org/', true).href).toBe('ws://example.org/');
  });
});

describe('a failure of TLS', () => {
  it.each([
    ['CERT_HAS_EXPIRED', '', 'certificate-expired'],
    ['CERT_NOT_YET_VALID', '', 'certificate-not-yet-valid'],
    ['CERT_REVOKED', '', 'certificate-revoked'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', '', 'certificate-name'],
    ['CERT_UNTRUSTED', '', 'certificate-untrusted'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', '', 'certificate-untrusted'],
    ['SELF_SIGNED_CERT_IN_CHAIN', '', 'certificate-untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', '', 'certificate-untrusted'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', '', 'protocol'],
    ['ERR_SSL_HTTP_REQUEST', '', 'protocol'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', '', 'protocol'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', '', 'protocol'],
    ['EPROTO', 'wrong version number', 'protocol'],
    ['EPROTO', 'alert protocol version', 'protocol'],
    ['EPROTO', 'handshake failure', 'handshake'],
    ['ERR_SSL_NO_CIPHERS', 'protocol version', 'handshake'],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', '', 'handshake'],
  ])('%s (%s) is %s', (code, message, reason) => {
    const cause = Object.assign(new Error(message), { code });
    const error = toTlsError(cause, 'example.org');
    expect(error).toBeInstanceOf(TlsError);
    expect(error).toMatchObject({ reason, domain: 'example.org', cause });
  });

  it.each(['ECONNREFUSED', 'XERR_TLS_A', 'EPROTOX', undefined])('%s is none', (code) => {
    expect(toTlsError(Object.assign(new Error('wrong version'), { code }), 'example.org')).toBeUndefined();
  });
});

describe('the links of a host-meta', () => {
  const link = (rel: unknown, href: unknown) => ({ rel, href });

  it('are those of WebSockets in JSON', () => {
    const links = [link(REL, 'wss://a'), link('other', 'wss://b'), link(REL, 5), null, link(REL, 'wss://c'), 'text'];
    expect(linksOfJson(JSON.stringify({ links }))).toEqual(['wss://a', 'wss://c']);
    expect([linksOfJson('{}'), linksOfJson('{"links":{}}')]).toEqual([[], []]);
  });

  it('are those of WebSockets in XML, without what stands in comments', () => {
    const xrd = (inside: string) => `<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>${inside}</XRD>`;
    const xml = (href: string, rel = REL) => `<Link rel='${rel}' href='${href}'/>`;
    expect(
      linksOfXml(
        `<!-- a --> ${xrd(`${xml('wss://a')}<!--${xml('wss://b')}-->${xml('wss://c', 'x')}<!---->${xml('wss://d')}`)}`,
      ),
    ).toEqual([...['wss://a', 'wss://d']]);
    expect(linksOfXml(xrd(`<Link rel='${REL}'/>`))).toEqual(['']);
    expect(() => linksOfXml(xrd('<!-- no end'))).toThrow();
    expect(() => linksOfXml("<XRD xmlns='urn:other'/>")).toThrow(TypeError);
    expect(() => linksOfXml(xrd('').replaceAll('XRD', 'XRDS'))).toThrow(TypeError);
  });
});
