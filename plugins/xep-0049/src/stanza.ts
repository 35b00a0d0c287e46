import { element } from '@sestina/core';

/** The namespace, which servers announce where they have it. */
export const NS_PRIVATE = 'jabber:iq:private';

/** `<query/>`: asks for the data of one namespace, has it, or puts it there (XEP-0049 §3). */
export class PrivateQuery extends element('query', NS_PRIVATE) {}
