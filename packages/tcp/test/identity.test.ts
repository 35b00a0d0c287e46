import { describe, expect, it } from 'vitest';
import { presentedNames, speaksFor } from '../src/identity.js';

const check = (subjectAltName: string | undefined, domain = 'example.org'): boolean =>
  speaksFor(presentedNames(subjectAltName), domain);

describe('whom a certificate speaks for (RFC 9525 §6, RFC 6120 §13.7.1.2.1)', () => {
  it.each([
    ['DNS:example.org', 'example.org'],
    ['DNS:other.example, DNS:EXAMPLE.org', 'example.org'],
    ['DNS:*.example.org', 'chat.example.org'],
    ['othername:SRVName:_xmpp-client.example.org', 'example.org'],
    ['othername:XmppAddr:example.org', 'example.org'],
    ['othername:XmppAddr:münchen.example', 'xn--mnchen-3ya.example'],
    ['othername:XmppAddr:MÜNCHEN.Example', 'xn--mnchen-3ya.example'],
    ['othername:XmppAddr:mu\u0308nchen.example', 'xn--mnchen-3ya.example'],
    ['othername:XmppAddr:xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
    ['othername:XmppAddr:日本.example', 'xn--wgv71a.example'],
    ['DNS:xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
    ['IP Address:127.0.0.1', '127.0.0.1'],
    ['IP Address:0:0:0:0:0:0:0:1', '::1'],
  ])('%s: accepted for %s', (names, domain) => {
    expect(check(names, domain)).toBe(true);
  });

  it.each([
    [undefined, 'example.org'],
    ['', 'example.org'],
    ['DNS:evil.example', 'example.org'],
    ['DNS:example.org.evil.example', 'example.org'],
    ['DNS:*.example.org', 'example.org'],
    ['DNS:*.example.org', 'a.b.example.org'],
    ['DNS:*.*.example.org', 'a.b.example.org'],
    ['DNS:c*.example.org', 'chat.example.org'],
    ['DNS:chat.*.org', 'chat.example.org'],
    ['DNS:*.org', 'example.org'],
    ['DNS:*', 'example'],
    ['othername:SRVName:_xmpp-server.example.org', 'example.org'],
    ['othername:SRVName:_xmpp-client.evil.example', 'example.org'],
    ['othername:XmppAddr:example.org/x', 'example.org'],
    ['othername:XmppAddr:alice@example.org', 'example.org'],
    ['othername:XmppAddr:ex%41mple.org', 'example.org'],
    ['othername:"XmppAddr:exam\\u0009ple.org"', 'example.org'],
    ['othername:"XmppAddr:example.org\\u000a"', 'example.org'],
    ['othername:"XmppAddr:example\\u0000.org"', 'example.org'],
    ['othername:XmppAddr:example.org\u00ad', 'example.org'],
    ['othername:XmppAddr:', 'example.org'],
    ['othername:"SRVName:_xmpp-client.exam\\u0009ple.org"', 'example.org'],
    ['DNS:"exam\\u0009ple.org"', 'example.org'],
    ['DNS:"*.exam\\u0009ple.org"', 'chat.example.org'],
    ['othername:<unsupported>', 'example.org'],
    ['email:example.org', 'example.org'],
    ['URI:xmpp:example.org', 'example.org'],
    ['DNS:127.0.0.1', '127.0.0.1'],
    ['IP Address:127.0.0.2', '127.0.0.1'],
  ])('%s: refused for %s', (names, domain) => {
    expect(check(names, domain)).toBe(false);
  });

  it('names nothing with control characters, which could forge a line of a log', () => {
    const names = presentedNames('DNS:"a\\u000ab", othername:"XmppAddr:\\u009b31m", DNS:c.example');
    expect(names).toEqual([{ type: 'DNS', value: 'c.example' }]);
  });

  it.each([
    'DNS:"evil.example, DNS:example.org"',
    'othername:"XmppAddr:evil.example, DNS:example.org"',
    'URI:"http://evil.example/\\", DNS:example.org"',
    'DNS:"evil.example\\u0000.example, DNS:example.org',
  ])('%s: a name that hides in the text of another is none', (names) => {
    expect(check(names)).toBe(false);
  });
});
