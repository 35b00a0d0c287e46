import { DEFAULT_LIMITS, NS_CLIENT, NS_COMPONENT, NS_STREAM, SerializeError, type StreamHeader } from '@sestina/xml';
import { describe, expect, it } from 'vitest';
import { streamFraming } from '../../src/stream/framing.js';

function headerOf(text: string): StreamHeader | undefined {
  let header: StreamHeader | undefined;
  const parser = streamFraming.createParser(
    {
      streamStart: (start) => {
        header = start;
      },
      element() {},
      streamEnd() {},
      error(error) {
        throw error;
      },
    },
    DEFAULT_LIMITS,
  );
  parser.write(text);
  return header;
}

describe('the framing of RFC 6120', () => {
  it('opens a stream of a client', () => {
    const header = {
      to: 'example.org',
      from: 'alice@example.org',
      lang: 'en',
      contentNamespace: NS_CLIENT,
      version: '1.0',
    };
    expect(streamFraming.open(header)).toBe(
      "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
        "to='example.org' from='alice@example.org' version='1.0' xml:lang='en'>",
    );
  });

  it('opens a stream of a component, without a version', () => {
    const text = streamFraming.open({ to: 'bot.example.org', contentNamespace: NS_COMPONENT });
    expect(headerOf(text)).toMatchObject({
      name: 'stream',
      namespace: NS_STREAM,
      contentNamespace: NS_COMPONENT,
      to: 'bot.example.org',
      from: undefined,
      version: undefined,
    });
  });

  it('lets nothing out of an attribute', () => {
    const to = 'a\'><b/>&"';
    expect(headerOf(streamFraming.open({ to, contentNamespace: NS_CLIENT }))?.to).toBe(to);
    expect(() => streamFraming.open({ to: '\0', contentNamespace: NS_CLIENT })).toThrow(SerializeError);
  });

  it('closes it', () => {
    expect(streamFraming.close()).toBe('</stream:stream>');
    expect(streamFraming.implicitNamespace).toBe(NS_CLIENT);
  });
});
