import { ConfigError } from '@sestina/core';

/**
 * The URL of a WebSocket that the application names.
 * @throws ConfigError where it is none, or not a safe one.
 */
export function serviceUrl(service: string, allowInsecure: boolean): URL {
  const url = parseUrl(service);
  if (!url || !/^wss?:$/.test(url.protocol)) {
    throw new ConfigError('the service is to look like wss://host/path', 'service');
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigError('a WebSocket has no user and password in its address: leave them out', 'service');
  }
  if (url.protocol === 'ws:' && !allowInsecure && !isLoopback(url.hostname)) {
    throw new ConfigError(
      `${shown(url)} is not encrypted, everybody on the way could read it: use wss://, or set allowInsecure`,
      'service',
    );
  }
  url.hash = '';
  return url;
}

/** Undefined for what is no URL. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** An address for messages: a query may hold a secret. */
export function shown(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

// The URL parser has made 127.1 and 0x7f000001 the same.
function isLoopback(hostname: string): boolean {
  return /^(?:(?:.*\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
