import { parseDocument } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { element } from '../../src/stanza/element.js';
import { declareSecret } from '../../src/stanza/secrets.js';
import { withoutSecrets } from '../../src/stream/tracer.js';

const shown = (xml: string): string => withoutSecrets(parseDocument(xml)).toString();

describe('the tracer does not see', () => {
  it.each([
    [
      'a password in whatever namespace',
      "<iq xmlns='jabber:client'><query xmlns='jabber:iq:auth'><password>hunter2</password></query></iq>",
    ],
    ['the password of a room', "<x xmlns='http://jabber.org/protocol/muc'><password>hunter2</password></x>"],
    ['a digest, also in pieces', "<query xmlns='jabber:iq:auth'><digest>hun<b/>ter2 hunter2</digest></query>"],
    ['what answers of a login hold', "<response xmlns='urn:xmpp:sasl:2'>hunter2</response>"],
    [
      'the first answer of a login',
      "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'><initial-response>hunter2</initial-response></authenticate>",
    ],
    ['a token in an attribute', "<token xmlns='urn:xmpp:fast:0' expiry='x' token='hunter2'/>"],
    ['the id that resumes a stream', "<enabled xmlns='urn:xmpp:sm:3' id='hunter2' resume='true'/>"],
    ['the id of the stream that is resumed', "<resume xmlns='urn:xmpp:sm:3' h='5' previd='hunter2'/>"],
    [
      'what authorizes an upload',
      "<put xmlns='urn:xmpp:http:upload:0' url='https://u.example/x'><header name='Authorization'>Basic hunter2</header></put>",
    ],
  ])('%s', (_, xml) => {
    expect(shown(xml)).not.toContain('hunter2');
    expect(shown(xml)).toContain('***');
  });
});

describe('the tracer sees', () => {
  it.each([
    [
      'the mechanisms that are offered',
      "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism></mechanisms>",
    ],
    [
      'why a login failed',
      "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/><text>wrong password</text></failure>",
    ],
    [
      'those of the newer protocol',
      "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>PLAIN</mechanism></authentication>",
    ],
    ['ids that open nothing', "<iq xmlns='jabber:client' id='x' type='get'><enabled xmlns='urn:x' id='y'/></iq>"],
  ])('%s', (_, xml) => {
    const element = parseDocument(xml);
    expect(withoutSecrets(element)).toBe(element);
  });
});

describe('declareSecret()', () => {
  it('hides all text of an element of that class, and of nothing with its name alone', () => {
    class Pin extends element('pin-of-a-test', 'urn:example:tracer') {}
    const pin = "<pin-of-a-test xmlns='urn:example:tracer' a='1'><b>12</b>34</pin-of-a-test>";
    expect(shown(pin)).toContain('12');
    declareSecret(Pin);
    declareSecret(Pin);
    expect(shown(pin)).toBe("<pin-of-a-test xmlns='urn:example:tracer' a='1'><b>***</b>***</pin-of-a-test>");
    expect(shown("<pin-of-a-test xmlns='urn:example:other'>1234</pin-of-a-test>")).toContain('1234');
  });

  it('hides an attribute, and what a function says', () => {
    declareSecret({ name: 'key-of-a-test', namespace: 'urn:example:tracer', attribute: 'key' });
    declareSecret({ name: 'sum-of-a-test', when: (sum) => sum.attribute('private') === 'true' });
    expect(shown("<key-of-a-test xmlns='urn:example:tracer' id='1' key='2'>3</key-of-a-test>")).toBe(
      "<key-of-a-test xmlns='urn:example:tracer' id='1' key='***'>3</key-of-a-test>",
    );
    declareSecret({ name: 'key-of-a-test', namespace: 'urn:example:tracer', attribute: 'second' });
    expect(shown("<key-of-a-test xmlns='urn:example:tracer' key='2' second='4'>3</key-of-a-test>")).toBe(
      "<key-of-a-test xmlns='urn:example:tracer' key='***' second='***'>3</key-of-a-test>",
    );
    expect(shown("<sum-of-a-test xmlns='urn:x' private='true'>5</sum-of-a-test>")).toContain('***');
    expect(shown("<sum-of-a-test xmlns='urn:x'>5</sum-of-a-test>")).toContain('5');
  });
});
