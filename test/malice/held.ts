/** What other tests hold already: a lie, and the test of it. */
export const HELD: readonly { readonly what: string; readonly file: string; readonly test: string }[] = [
  {
    what: 'a -PLUS mechanism that is offered and then is not',
    file: 'packages/sasl/test/login/pins.test.ts',
    test: 'and was bound, one that is not is a downgrade',
  },
  {
    what: 'channel binding types that were named and then are not',
    file: 'packages/sasl/test/login/pins.test.ts',
    test: 'and named its types, it has to name them again, bound or not',
  },
  {
    what: 'a channel binding type taken out of the list',
    file: 'packages/sasl/test/scram-threats.test.ts',
    test: 'notices that a channel binding type was taken away',
  },
  {
    what: 'no -PLUS mechanism and no type, to a client that could bind',
    file: 'packages/client/test/negotiation/channel-binding.test.ts',
    test: 'T8: is told to be possible where there is neither a -PLUS nor a list of types',
  },
  {
    what: 'another TLS connection than the one that is bound',
    file: 'packages/client/test/negotiation/channel-binding.test.ts',
    test: 'logs in where the data of both sides is the same, and not where it differs',
  },
  {
    what: 'nothing but PLAIN after a login with SCRAM',
    file: 'packages/client/test/negotiation/pins.test.ts',
    test: 'a server that has only PLAIN does not get the password',
  },
  {
    what: 'SCRAM refused after a login with SCRAM, to get PLAIN',
    file: 'packages/client/test/negotiation/pins.test.ts',
    test: 'a refusal of SCRAM does not lead to PLAIN',
  },
  {
    what: 'a list of mechanisms that was changed on the way',
    file: 'packages/sasl/test/scram-threats.test.ts',
    test: 'notices that a mechanism was taken away',
  },
  {
    what: 'a success with a wrong signature, or without one, after a challenge',
    file: 'packages/client/test/negotiation/login-failures.test.ts',
    test: 'where it reports success with %s',
  },
  {
    what: 'a wrong signature in a challenge',
    file: 'packages/sasl/test/scram-threats.test.ts',
    test: 'sends a wrong signature in a challenge',
  },
  {
    what: 'iteration counts at the edge of what is allowed',
    file: 'packages/sasl/test/scram-threats.test.ts',
    test: 'does not keep the event loop busy at the highest allowed',
  },
  {
    what: 'challenges without end',
    file: 'packages/client/test/negotiation/login-failures.test.ts',
    test: 'with challenges without end is aborted',
  },
  {
    what: 'stanzas between the login and the address',
    file: 'packages/client/test/negotiation/bind.test.ts',
    test: 'hands over what came before the session had started',
  },
  {
    what: 'an address from another sender, or in a request',
    file: 'packages/client/test/negotiation/bind.test.ts',
    test: 'takes nothing of %s for the answer',
  },
  {
    what: 'bytes behind the go-ahead for TLS in a chunk of their own',
    file: 'packages/client/test/negotiation/starttls.test.ts',
    test: 'takes bytes behind the go-ahead in a later chunk for an attack',
  },
  {
    what: 'stream after stream',
    file: 'packages/client/test/negotiation/steps.test.ts',
    test: 'that want stream after stream are given up',
  },
  {
    what: 'elements without end before the session',
    file: 'packages/core/test/stream/link.test.ts',
    test: 'ends where the peer fills the memory before there is a session',
  },
  {
    what: 'a redirect from a public domain to each form of this machine',
    file: 'packages/client/test/redirect.test.ts',
    test: 'from a public domain to this machine or its link is refused',
  },
  {
    what: 'a redirect before TLS',
    file: 'packages/client/test/redirect.test.ts',
    test: 'before TLS is refused even where TLS is not required',
  },
  {
    what: 'a header with every other fault',
    file: 'packages/core/test/stream/link-header.test.ts',
    test: 'in the wrong stream namespace',
  },
  { what: 'XML of every kind that is none', file: 'test/badxml/badxml.test.ts', test: 'the corpus of bad input' },
  {
    what: 'somebody on the way, to real servers',
    file: 'test/servers/intruder.test.ts',
    test: 'a man in the middle with a certificate',
  },
  {
    what: 'certificates of another name, out of date, signed by itself',
    file: 'packages/tcp/test/tls.test.ts',
    test: 'for the host that was connected to',
  },
  {
    what: 'a certificate of an authority that nobody trusts',
    file: 'packages/tcp/test/tls.test.ts',
    test: 'refuses one of an authority that is not trusted',
  },
  {
    what: 'certificates to be refused, of real servers',
    file: 'test/servers/tls.test.ts',
    test: 'certificate-untrusted',
  },
];
