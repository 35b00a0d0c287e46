// In the place of `platform.ts` where a bundler builds for browsers, so that no byte of Node code comes along.
export { openNative as openSocket } from './native-socket.js';

/** A page has no say in TLS. */
export function checkTlsOptions(): void {}

/** Whether targets without a service are looked up in their host-meta unless options say otherwise. */
export const DISCOVERS = true;
