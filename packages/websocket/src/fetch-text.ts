import { DiscoveryError } from './errors.js';
import { parseUrl } from './service.js';

const MOST_BYTES = 64 * 1024;
const MOST_REDIRECTS = 3;

/**
 * Gets a text of 64 KiB at most over https, whatever redirects there are.
 * @throws DiscoveryError; what `fetch` throws.
 */
export async function fetchText(
  from: URL,
  domain: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<string> {
  let url = from;
  let redirect: 'follow' | 'manual' = 'manual';
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await fetch(url.href, { redirect, signal, credentials: 'omit', referrerPolicy: 'no-referrer' });
    if (response.type === 'opaqueredirect' && isSafePage()) {
      redirect = 'follow';
      continue;
    }
    if (!isRedirect(response)) {
      if (redirect === 'follow') secured(parseUrl(response.url), domain);
      return bodyOf(response, url, domain);
    }
    discard(response);
    const location = response.headers.get('location');
    url = secured(location === null ? undefined : parseUrl(location, url), domain);
  }
  throw new DiscoveryError(domain, 'redirect', `${from.href} is redirected more than ${MOST_REDIRECTS} times`);
}

// A browser does not say where a redirect leads. Of a page that came over https it allows none to http, not even on the way.
function isSafePage(): boolean {
  return (globalThis as { location?: { protocol?: string } }).location?.protocol === 'https:';
}

function isRedirect(response: Response): boolean {
  return response.type === 'opaqueredirect' || [301, 302, 303, 307, 308].includes(response.status);
}

function secured(url: URL | undefined, domain: string): URL {
  if (url?.protocol === 'https:') return url;
  throw new DiscoveryError(domain, 'redirect', 'its host-meta is redirected to an address that is not https');
}

async function bodyOf(response: Response, url: URL, domain: string): Promise<string> {
  const { status } = response;
  if (status !== 200) {
    discard(response);
    const reason = status === 408 || status === 429 || status >= 500 ? 'unreachable' : 'no-endpoint';
    throw new DiscoveryError(domain, reason, `${url.href} answers with HTTP status ${status}`);
  }
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done || value === undefined) return text + decoder.decode();
    bytes += value.length;
    if (bytes > MOST_BYTES) {
      reader?.cancel().catch(() => {});
      throw new DiscoveryError(domain, 'too-large', `${url.href} has more than ${MOST_BYTES} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function discard(response: Response): void {
  response.body?.cancel().catch(() => {});
}
