/**
 * What packages and plugins share for waiting and for bounds: each store of something that others can make grow is one of these
 * kinds, with a bound in entries and in bytes, and an owner.
 *
 * @module
 */
export { LazyMap, LazySet, LruMap, type LruMapOptions, ownString, quoted, quotedTag, weightOf } from '@sestina/xml';
export { Coalescer, type CoalescerOptions } from './coalescer.js';
export { FailedPlaces } from './failed-places.js';
export { Gate, type GateEntry, type GateOptions } from './gate.js';
export { RateLimiter, type RateLimiterOptions } from './rate-limiter.js';
export { SharedLookups } from './shared-lookups.js';
export { deadline, follow, type Patience, type WithinOptions, within } from './within.js';
