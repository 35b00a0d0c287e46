/** The namespace of publish-subscribe, which is the feature of services, too (XEP-0060). */
export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
/** The namespace of what services tell. */
export const NS_PUBSUB_EVENT = `${NS_PUBSUB}#event` as const;
/** The namespace of what owners of nodes do. */
export const NS_PUBSUB_OWNER = `${NS_PUBSUB}#owner` as const;
/** The namespace of the conditions that errors of services have. */
export const NS_PUBSUB_ERRORS = `${NS_PUBSUB}#errors` as const;
