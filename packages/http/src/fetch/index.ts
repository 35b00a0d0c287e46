/** HTTP by `fetch`, for pages. */
export { FetchHttpClient, type FetchHttpOptions } from './fetch-http-client.js';
export type { Xhr, XhrClass } from './xhr.js';
