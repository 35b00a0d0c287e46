// In the place of `platform.ts` where a bundler builds for browsers, so that no byte of Node code comes along.
export { FetchHttpClient as PlatformHttpClient } from './fetch/fetch-http-client.js';
