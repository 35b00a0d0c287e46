import { Message, viewOf } from '@sestina/core';
import { parseXml } from '@sestina/testing';

export const message = (text: string): Message => viewOf(Message, parseXml(text, 'jabber:client'));

/** The forward of XEP-0297 example 2. */
export const EXAMPLE = `<message to='mercutio@verona.lit' from='romeo@montague.lit/orchard' type='chat' id='28gs'>
  <body>A most courteous exposition!</body>
  <forwarded xmlns='urn:xmpp:forward:0'>
    <delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:08:25Z'/>
    <message from='juliet@capulet.lit/orchard' id='0202197' to='romeo@montague.lit' type='chat' xmlns='jabber:client'>
      <body>Yet I should kill thee with much cherishing.</body>
      <mood xmlns='http://jabber.org/protocol/mood'><amorous/></mood>
    </message>
  </forwarded>
</message>`;

/** What was said, with forwards around it, so many. */
export function nested(count: number, inside = '<body>b</body>'): string {
  const from = `from='romeo@montague.lit/orchard' type='chat'`;
  let text = `<message xmlns='jabber:client' ${from}>${inside}</message>`;
  for (let i = 0; i < count; i++) {
    text = `<message xmlns='jabber:client' ${from}><forwarded xmlns='urn:xmpp:forward:0'>${text}</forwarded></message>`;
  }
  return text;
}
