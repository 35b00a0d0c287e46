/**
 * The side of push services of XEP-0357: for components that wake up devices.
 *
 * @module
 */
export {
  type Deliver,
  type PushNodeInit,
  type PushNotification,
  PushService,
  PushServiceOptions,
} from './push-service.js';
export type { PushSummary } from './summary.js';
