import { attr, element } from '@sestina/core';

export const BOB = 'bob@example.net/x';
export class Ask extends element('ask', 'urn:example:ask', { what: attr('what') }) {}

export const message = (to: string, body: string, from = BOB): string =>
  `<message from='${from}' to='${to}'><body>${body}</body></message>`;
export const ask = (to: string, id: string): string =>
  `<iq type='get' id='${id}' from='${BOB}'${to && ` to='${to}'`}><ask xmlns='urn:example:ask'/></iq>`;
