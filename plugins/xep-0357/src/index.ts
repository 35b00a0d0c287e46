/** XEP-0357: Push Notifications, version 0.4.1. The side of push services is `@sestina/xep-0357/service`. */
export { PushUnsupportedError } from './errors.js';
export {
  type PushInit,
  PushNotifications,
  PushNotificationsOptions,
  type PushTarget,
} from './push-notifications.js';
export { Disable, Enable, Notification, NS_PUSH, NS_PUSH_SUMMARY } from './stanza.js';
