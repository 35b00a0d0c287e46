import { JID, Message, Presence, viewOf } from '@sestina/core';
import { expectXml, parseXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { Delay } from '../src/index.js';

const read = (xml: string): Delay => viewOf(Delay, parseXml(xml));

describe('<delay/>', () => {
  it('is read from an offline message (XEP-0203 example 1)', () => {
    const message = viewOf(
      Message,
      parseXml(`<message
    from='romeo@montague.net/orchard'
    to='juliet@capulet.com'
    type='chat'>
  <body>
    O blessed, blessed night! I am afeard.
    Being in night, all this is but a dream,
    Too flattering-sweet to be substantial.
  </body>
  <delay xmlns='urn:xmpp:delay'
     from='capulet.com'
     stamp='2002-09-10T23:08:25Z'>
    Offline Storage
  </delay>
</message>`),
    );
    expect(message.delay?.stamp).toEqual(new Date('2002-09-10T23:08:25Z'));
    expect(message.delay?.from?.toString()).toBe('capulet.com');
    expect(message.delay?.reason).toBe('Offline Storage');
  });

  it('is read from a presence, and written back the same (XEP-0203 example 2)', () => {
    const xml = `<presence from='juliet@capulet.com/balcony' to='romeo@montague.net'>
  <status>anon!</status>
  <show>xa</show>
  <priority>1</priority>
  <delay xmlns='urn:xmpp:delay'
     from='juliet@capulet.com/balcony'
     stamp='2002-09-10T23:41:07Z'/>
</presence>`;
    const presence = viewOf(Presence, parseXml(xml));
    const { stamp, from, reason } = presence.delay as Delay;
    expect(reason).toBeUndefined();
    const copy = presence.copy();
    copy.delay = undefined;
    expect(copy.delay).toBeUndefined();
    copy.delay = new Delay({ stamp, from, reason });
    expectXml(copy.xml, xml);
  });

  it('is written in UTC, with its reason', () => {
    const message = new Message({ to: 'juliet@capulet.com' });
    message.delay = new Delay({
      stamp: new Date('2002-09-11T01:08:25.5+02:00'),
      from: JID.parse('capulet.com'),
      reason: 'Offline Storage',
    });
    expectXml(
      message.xml,
      `<message to='juliet@capulet.com'><delay xmlns='urn:xmpp:delay' stamp='2002-09-10T23:08:25.500Z' from='capulet.com'>Offline Storage</delay></message>`,
    );
  });

  it.each([
    ['missing', ''],
    ['no date', `stamp='99999-99-99T99:99:99Z'`],
    ['empty', `stamp=''`],
    ['of the older format', `stamp='20020910T23:08:25'`],
    ['a date without a time', `stamp='2002-09-10'`],
    ['far too long', `stamp='${'9'.repeat(10_000)}'`],
  ])('has no stamp where that is %s', (_what, stamp) => {
    expect(read(`<delay xmlns='urn:xmpp:delay' ${stamp}/>`).stamp).toBeUndefined();
  });

  it('has no sender where that is no JID', () => {
    expect(read(`<delay xmlns='urn:xmpp:delay' from='@' stamp='2002-09-10T23:08:25Z'/>`).from).toBeUndefined();
  });

  it('is undefined where there is none, or only that of XEP-0091', () => {
    const message = viewOf(
      Message,
      parseXml(`<message><body>hi</body><x xmlns='jabber:x:delay' stamp='20020910T23:08:25'/></message>`),
    );
    expect(message.delay).toBeUndefined();
  });
});
