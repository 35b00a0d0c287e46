/** XEP-0492: Chat Notification Settings, version 0.2.0. */
export {
  type NotificationSetOptions,
  NotificationSettings,
  NotificationSettingsOptions,
} from './notification-settings.js';
export {
  AdvancedNotify,
  type NotificationValue,
  Notify,
  NotifyAlways,
  NotifyNever,
  NotifyOnMention,
  NS_NOTIFICATION_SETTINGS,
  type ProgramIdentity,
} from './stanza.js';
