import { Message } from '@sestina/core';
import { MemoryMessageIndex } from '@sestina/message-index';
import { ScriptedStream, useStreams } from '@sestina/testing';
import { StanzaIds } from '@sestina/xep-0359';
import { codePoints, cut, slice } from '@sestina/xep-0426';
import { FallbackIndication } from '@sestina/xep-0428';
import { MessageReplies } from '@sestina/xep-0461';
import { afterEach, describe, expect, it } from 'vitest';
import { action, actionText, isAction } from '../src/index.js';

const says = (body?: string): Message => new Message({ body });
const FSI = '\u2068';
const PDI = '\u2069';
const streams = useStreams(afterEach);

describe('an action', () => {
  it('begins with /me and a blank (XEP-0245 §2)', () => {
    expect(isAction(says('/me shrugs in disgust'))).toBe(true);
    expect(actionText(says('/me shrugs in disgust'), 'Atlas')).toBe(`* ${FSI}Atlas${PDI} shrugs in disgust`);
    expect(isAction(says('/me '))).toBe(true);
  });

  it.each([
    '/meshrugs in disgust',
    "/me's disgusted",
    ' /me shrugs in disgust',
    '"/me shrugs in disgust"',
    '* Atlas shrugs in disgust',
    'Why did Atlas say "/me shrugs in disgust"?',
    '/me',
    '/ME shrugs',
    '/me\u00a0shrugs',
    '/me\nshrugs',
    '\u200b/me shrugs',
    '',
  ])('is not %j, which is shown as it is', (body) => {
    expect([isAction(says(body)), actionText(says(body), 'Atlas')]).toEqual([false, body]);
  });

  it('is nothing without a body', () => {
    expect([isAction(says()), actionText(says(), 'Atlas')]).toEqual([false, '']);
  });

  it('is written as four characters, and leaves the body as it is', () => {
    const message = says(action('waves at 🧛'));
    expect([message.body, codePoints(action(''))]).toEqual(['/me waves at 🧛', 4]);
    actionText(message, 'Atlas');
    expect(slice(message.body ?? '', 13, 14)).toBe('🧛');
    expect(cut(message.body ?? '', [{ begin: 0, end: 4 }]).map({ begin: 13, end: 14 })).toEqual({ begin: 9, end: 10 });
  });

  it('cannot be mistaken for a note that somebody has left (XEP-0245 §5)', () => {
    expect(actionText(says('/me has left the room'), '***')).toMatch(/^\* /);
    expect(actionText(says('/me waves'), 'Eve\n*** Atlas')).toBe(`* ${FSI}Eve *** Atlas${PDI} waves`);
    expect(actionText(says('/me waves'), 'Eve\u2028\r\u2029*')).not.toMatch(/[\r\u2028\u2029]/);
  });
});

describe('the nick in an action', () => {
  /** How deep isolates are at the end of a text, and the least that they ever were behind its beginning. */
  function isolates(text: string): { end: number; least: number } {
    let depth = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const character of text) {
      if ('\u2066\u2067\u2068'.includes(character)) depth += 1;
      if (character === PDI) depth -= 1;
      least = Math.min(least, depth);
    }
    return { end: depth, least };
  }

  it.each([
    'Atlas',
    '\u202eevE',
    `${PDI}\u202eevE`,
    `${PDI}${PDI}${PDI}x`,
    '\u2066\u2067x',
    `\u2066x${PDI}${PDI}\u202e`,
    `${PDI}\u2068`,
    '',
  ])('turns nothing around it: %j', (nick) => {
    const text = actionText(says('/me waves'), nick);
    expect(text.startsWith(`* ${FSI}`) && text.endsWith(`${PDI} waves`)).toBe(true);
    expect(isolates(text).end).toBe(0);
    // What is between the first sign and the last one is inside of them all the time.
    expect(isolates(text.slice(2, text.length - ' waves'.length - 1)).least).toBe(1);
  });

  it('stays as it is where it closes what it opens', () => {
    const nick = `\u2066a${PDI}b`;
    expect(actionText(says('/me waves'), nick)).toBe(`* ${FSI}${nick}${PDI} waves`);
  });

  it('may be as long as its bearer likes', () => {
    const nick = '\u2066'.repeat(100_000);
    expect(isolates(actionText(says('/me waves'), nick)).end).toBe(0);
  });
});

describe('an action behind a quote', () => {
  const REPLY =
    "<message from='juliet@capulet.example/balcony' type='chat' id='r1'><body>&gt; Hi 🧛\n/me waves</body>" +
    "<reply xmlns='urn:xmpp:reply:0' id='m1'/>" +
    "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='7'/></fallback></message>";

  async function received(plugins: NonNullable<Parameters<typeof ScriptedStream.start>[0]>['plugins'] = []) {
    const stream = streams.keep(await ScriptedStream.start({ plugins }));
    const found: Message[] = [];
    stream.xmpp.on('message', (message) => void found.push(message));
    await stream.recv(REPLY);
    return { stream, message: found[0] as Message };
  }

  it('is one where replies are understood', async () => {
    const { stream, message } = await received([
      [StanzaIds, { requireAnnounced: false }],
      MemoryMessageIndex,
      MessageReplies,
    ]);
    expect([isAction(message), actionText(message, 'Juliet')]).toEqual([true, `* ${FSI}Juliet${PDI} waves`]);
    stream.xmpp.remove(MessageReplies);
    expect(isAction(message)).toBe(false);
  });

  it('is none where the quote is shown', async () => {
    for (const plugins of [[], [FallbackIndication]]) {
      const { message } = await received(plugins);
      expect([isAction(message), actionText(message, 'Juliet')]).toEqual([false, '> Hi 🧛\n/me waves']);
    }
  });
});
