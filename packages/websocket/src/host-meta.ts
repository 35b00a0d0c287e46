import { ConfigError } from '@sestina/core';
import { follow, within } from '@sestina/core/util';
import { DiscoveryError } from './errors.js';
import { fetchText } from './fetch-text.js';
import { linksOfJson, linksOfXml } from './host-meta-links.js';
import type { Settings } from './options.js';
import { parseUrl } from './service.js';

const MOST_ENDPOINTS = 4;

// Milliseconds that an XML form waits for a JSON form that has not answered yet.
const GRACE = 500;

// Of two failures the one that says more.
const TELLING = ['redirect', 'too-large', 'unreadable', 'unreachable', 'no-endpoint'] as const;

/**
 * The WebSockets that the host-meta of the domain names (XEP-0156 §2): of its JSON form, or of its XML form where that names none,
 * or has not answered half a second after the XML form did. Only what was fetched over https counts, and only `wss:` links.
 * @throws DiscoveryError where there are none; ConfigError for a domain that is none; the reason of `signal`.
 */
export async function discover(domain: string, settings: Settings, signal: AbortSignal): Promise<URL[]> {
  const base = originOf(domain);
  const controller = new AbortController();
  signal.throwIfAborted();
  const release = follow(signal, controller);
  try {
    const ask = (name: string, linksOf: (text: string) => string[]): Promise<URL[]> =>
      look(domain, new URL(`/.well-known/${name}`, base), linksOf, settings, controller.signal);
    const json = ask('host-meta.json', linksOfJson);
    const xml = ask('host-meta', linksOfXml).then(async (found) => {
      const patience = { what: 'the JSON form', timeout: GRACE, signal: controller.signal };
      await within(settings.clock, json, patience).catch(() => {});
      return found;
    });
    return await Promise.any([json, xml]);
  } catch (error) {
    signal.throwIfAborted();
    throw mostTelling(error as AggregateError);
  } finally {
    release();
    controller.abort();
  }
}

function mostTelling({ errors }: AggregateError): unknown {
  const rank = (error: unknown): number => (error instanceof DiscoveryError ? TELLING.indexOf(error.reason) : -1);
  return [...errors].sort((a, b) => rank(a) - rank(b))[0];
}

async function look(
  domain: string,
  url: URL,
  linksOf: (text: string) => string[],
  { clock, connectTimeout: timeout, fetch }: Settings,
  signal: AbortSignal,
): Promise<URL[]> {
  const get = (inner: AbortSignal): Promise<string> => fetchText(url, domain, fetch, inner);
  const text = await within(clock, get, { what: url.href, timeout, signal }).catch((error: unknown) => {
    if (error instanceof DiscoveryError) throw error;
    const what = error instanceof Error ? error.message : String(error);
    throw new DiscoveryError(domain, 'unreachable', `${url.href} cannot be fetched: ${what}`, { cause: error });
  });
  let links: string[];
  try {
    links = linksOf(text);
  } catch (error) {
    throw new DiscoveryError(domain, 'unreadable', `${url.href} is no host-meta`, { cause: error });
  }
  const urls = new Map<string, URL>();
  for (const link of links) {
    const found = discoveredUrl(link);
    if (found) urls.set(found.href, found);
  }
  if (urls.size === 0) throw new DiscoveryError(domain, 'no-endpoint', `${url.href} names no wss:// address`);
  return [...urls.values()].slice(0, MOST_ENDPOINTS);
}

function originOf(domain: string): URL {
  const plain = !/[/\\?#@%\s]/.test(domain) && (domain.startsWith('[') || !domain.includes(':'));
  const origin = plain ? parseUrl(`https://${domain}`) : undefined;
  if (!origin) throw new ConfigError(`${JSON.stringify(domain)} is no host name`, 'domain');
  return origin;
}

// Undefined where it is not to be trusted.
function discoveredUrl(href: string): URL | undefined {
  const url = parseUrl(href);
  if (url?.protocol !== 'wss:' || url.username !== '' || url.password !== '') return undefined;
  url.hash = '';
  return url;
}
