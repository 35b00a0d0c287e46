/** The namespace of data forms (XEP-0004). */
export const NS_DATA = 'jabber:x:data';
