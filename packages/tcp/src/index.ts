// Transport for XMPP on TCP and TLS under Node.js: RFC 6120 §3 and §5, XEP-0368, RFC 8305.
export { ConnectError, DnsError, TlsError, TlsInjectionError } from '@sestina/core';
export type { ConnectAttempt, TlsErrorReason } from '@sestina/core/transport';
export type { Dial } from './dial.js';
export { TcpTransportFactory } from './factory.js';
export type { TcpOptions } from './options.js';
export { type HostAddress, Resolver, type SrvRecord } from './resolver.js';
export { SystemResolver, type SystemResolverOptions } from './system-resolver.js';
