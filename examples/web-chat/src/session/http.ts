import { provide } from '@sestina/core';
import { childContainer } from '@sestina/core/connection';
import { HttpClient } from '@sestina/http';
import { FetchHttpClient } from '@sestina/http/fetch';

/** What files are fetched and uploaded with: it tells how far an upload is. */
export function httpContainer() {
  const container = childContainer();
  // A page that lies on this machine may use a server that does so, too: for trying it out.
  const isHere = location.hostname === 'localhost' || location.hostname === '127.0.0.1';
  const allow = ({ url }: { readonly url: URL }): boolean => isHere && url.hostname === 'localhost';
  provide(container, HttpClient, new FetchHttpClient({ allow, uploads: XMLHttpRequest }));
  return container;
}
