import { isIP } from 'node:net';
import { ConfigError } from '@sestina/core';
import type { TransportTarget } from '@sestina/core/transport';
import { within } from '@sestina/core/util';
import { asciiDomain } from './domain.js';
import type { Settings } from './options.js';
import { dnsError, toDnsError } from './resolver.js';
import { inOrder, type SrvTarget, usable } from './srv.js';

/** A host and port where the server may be. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Whether TLS comes first (XEP-0368), or by STARTTLS. */
  readonly directTls: boolean;
}

const CLIENT_PORT = 5222;
const DIRECT_TLS_PORT = 5223;
const COMPONENT_PORT = 5347;
const MOST_TARGETS = 16;

/** Where a connection is to go. */
export interface Destination {
  /** Undefined: ask DNS. */
  readonly endpoint: Endpoint | undefined;
  /** What DNS is asked for. */
  readonly name: string;
  /** Not to this machine or its link. */
  readonly elsewhere: boolean;
}

/** @throws ConfigError where the target says nothing that makes sense. */
export function destinationOf(target: TransportTarget): Destination {
  const { domain, dnsName = domain, elsewhere = false } = target;
  return { endpoint: givenEndpoint(target), name: asciiDomain(dnsName, 'host'), elsewhere };
}

function givenEndpoint(target: TransportTarget): Endpoint | undefined {
  const { service, host, kind } = target;
  if (service !== undefined) return serviceEndpoint(service);
  const port = target.port === undefined ? undefined : validPort(target.port, 'port');
  if (kind === 'component') {
    return { host: asciiDomain(host ?? target.domain, 'host'), port: port ?? COMPONENT_PORT, directTls: false };
  }
  if (host === undefined && port === undefined) return undefined;
  return { host: asciiDomain(host ?? target.domain, 'host'), port: port ?? CLIENT_PORT, directTls: false };
}

function serviceEndpoint(service: string): Endpoint {
  const match = /^(xmpps?):\/\/(\[[^\]/]*\]|[^:/?#@]+)(?::(\d{1,5}))?\/?$/i.exec(service);
  if (!match)
    throw new ConfigError(`the service is to look like xmpps://host:5223, not ${JSON.stringify(service)}`, 'service');
  const [, scheme = '', host = '', port] = match;
  const directTls = scheme.toLowerCase() === 'xmpps';
  const otherwise = directTls ? DIRECT_TLS_PORT : CLIENT_PORT;
  return {
    host: asciiDomain(host, 'service'),
    port: port === undefined ? otherwise : validPort(Number(port), 'service'),
    directTls,
  };
}

function validPort(port: number, option: string): number {
  if (Number.isInteger(port) && port > 0 && port <= 0xffff) return port;
  throw new ConfigError(`a port is a number from 1 to 65535, not ${String(port)}`, option);
}

/**
 * Where DNS says that the server of `domain` (A-labels, or an address) is, in the order to try: both kinds of SRV records in
 * one list (XEP-0368 §3), or port 5222 of the domain itself where there are none or nobody answers (RFC 6120 §3.2.2).
 * @throws DnsError where DNS says that there is no such service.
 */
export async function findEndpoints(domain: string, settings: Settings, signal: AbortSignal): Promise<Endpoint[]> {
  const itself = { host: domain, port: CLIENT_PORT, directTls: false };
  // RFC 6761 §6.3: name servers know nothing of localhost.
  if (isIP(domain) !== 0 || /(?:^|\.)localhost$/.test(domain)) return [itself];
  const look = async (service: string, directTls: boolean): Promise<SrvTarget[]> => {
    const name = `_${service}._tcp.${domain}`;
    const { clock, resolver, connectTimeout: timeout } = settings;
    const patience = { what: `looking up ${name}`, timeout, signal };
    const records = await within(clock, (inner) => resolver.srv(name, inner), patience);
    return records.map((record) => ({ ...record, directTls }));
  };
  const answers = await Promise.allSettled([
    look('xmpp-client', false),
    ...(settings.directTls ? [look('xmpps-client', true)] : []),
  ]);
  signal.throwIfAborted();
  const records = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (records.length === 0) return [itself];
  const targets = inOrder(usable(records), settings.random).slice(0, MOST_TARGETS);
  const [failed] = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  if (targets.length === 0) throw failed ? toDnsError(domain, failed) : dnsError(domain, 'ENOSERVICE');
  return targets.map(({ name, port, directTls }) => ({ host: name, port, directTls }));
}
