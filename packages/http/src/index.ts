/**
 * HTTP for addresses that strangers send. Clients: `@sestina/http/node`, `@sestina/http/fetch`, and for tests `@sestina/http/memory`.
 *
 * @module
 */
export { type Answer, CheckedHttpClient, type Exchange, type HttpOptions } from './checked-http-client.js';
export {
  HttpNetworkError,
  HttpRedirectError,
  type HttpRefusal,
  HttpRefusedError,
  HttpStatusError,
  HttpTooLargeError,
} from './errors.js';
export {
  type ByteStream,
  type HttpBody,
  HttpClient,
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
} from './http-client.js';
export { type HttpServices, httpClientOf } from './http-client-of.js';
export { isPublicAddress } from './public-address.js';
export type { AllowException, HttpException } from './rules.js';
export { chunksOf } from './streams.js';
