import { isPublicAddress } from '@sestina/http';
import { describe, expect, it } from 'vitest';
import { literalAddress } from '../src/public-address.js';

describe('addresses that are not public', () => {
  it.each([
    ['unspecified', '0.0.0.0'],
    ['loopback', '127.0.0.1'],
    ['loopback, the last one', '127.255.255.255'],
    ['private 10/8', '10.1.2.3'],
    ['private 172.16/12', '172.31.255.255'],
    ['private 192.168/16', '192.168.0.1'],
    ['link-local, where clouds keep their secrets', '169.254.169.254'],
    ['shared (CGNAT)', '100.64.0.1'],
    ['shared (CGNAT), the last one', '100.127.255.255'],
    ['documentation', '203.0.113.9'],
    ['benchmarks', '198.19.0.1'],
    ['multicast', '224.0.0.251'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['IPv6 unspecified', '::'],
    ['IPv6 loopback', '::1'],
    ['IPv6 loopback, written out', '0:0:0:0:0:0:0:1'],
    ['IPv6 link-local', 'fe80::1'],
    ['a zone', 'fe80::1%eth0'],
    ['IPv6 unique local', 'fd00::1'],
    ['IPv6 site-local', 'fec0::1'],
    ['IPv6 multicast', 'ff02::fb'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped, in hexadecimal', '::ffff:7f00:1'],
    ['IPv4-mapped, of a public one', '::ffff:93.184.215.14'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['NAT64 of a private one', '64:ff9b::10.0.0.1'],
    ['NAT64 of a network', '64:ff9b:1::5db8:d70e'],
    ['6to4 of a private one', '2002:a00:1::1'],
    ['Teredo', '2001:0:53aa:64c::1'],
    ['IPv6 documentation', '2001:db8::1'],
    ['no address', 'example.org'],
    ['nothing', ''],
    ['too many groups', '1:2:3:4:5:6:7:8:9'],
    ['two gaps', '2a00::1::2'],
    ['a gap for nothing', '2a00:1:2:3:4:5:6:7::'],
    ['an octet of 256', '93.184.215.256'],
    ['octal digits', '0x5d.184.215.14'],
  ])('%s', (_what, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

it.each([
  '93.184.215.14',
  '1.1.1.1',
  '172.32.0.1',
  '100.128.0.1',
  '2606:2800:21f:cb07:6820:80da:af6b:8b2c',
  '2a00::',
  '64:ff9b::5db8:d70e',
  '2002:5db8:d70e::1',
  '2a00:0:0:0:0:0:0:1',
])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));

it.each([
  ['LOCALHOST.', '127.0.0.1'],
  ['a.localhost', '127.0.0.1'],
  ['[::1]', '::1'],
  ['10.0.0.1', '10.0.0.1'],
  ['example.org', undefined],
  ['localhost.example.org', undefined],
])('the host %s is the address %s', (host, address) => expect(literalAddress(host)).toBe(address));
