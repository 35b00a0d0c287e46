import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../src/index.js';
import { createSaxesParser } from '../src/stream.js';
import { bytesOf, HEADER, opened, Recorder } from './harness.js';

describe('stop()', () => {
  it('works in the middle of a chunk', () => {
    const recorder = opened();
    recorder.onElement = () => recorder.parser.stop();
    recorder.write("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><message/>text&bad;", '<a/>');
    expect(recorder.elements).toHaveLength(1);
    expect(recorder.error).toBeUndefined();
  });

  it('works in the header', () => {
    const elements: string[] = [];
    const parser = createSaxesParser(
      {
        streamStart: () => parser.stop(),
        element: (element) => elements.push(element.name),
        streamEnd: () => elements.push('end'),
        error: (error) => elements.push(error.condition),
      },
      DEFAULT_LIMITS,
    );
    parser.write(`${HEADER}<a/>text`);
    parser.write('<b/>');
    expect(elements).toEqual([]);
  });

  it('silences an error behind the element', () => {
    const recorder = opened();
    recorder.onElement = () => recorder.parser.stop();
    recorder.write('<a/>\u0001');
    expect(recorder.error).toBeUndefined();
  });
});

describe('leftover', () => {
  function stopped(...chunks: (Uint8Array | string)[]): boolean {
    const recorder = opened();
    recorder.onElement = () => recorder.parser.stop();
    return recorder.write(...chunks).parser.leftover;
  }

  it('tells of bytes behind the element at which it was stopped, in the same chunk or in another', () => {
    expect(stopped('<proceed/>')).toBe(false);
    expect(stopped('<proceed/>\n', ' ', bytesOf('\r\n\t'))).toBe(false);
    expect(stopped('<proceed/><')).toBe(true);
    expect(stopped('<proceed/>\n\u0016')).toBe(true);
    expect(stopped(new Uint8Array([...bytesOf('<proceed/>'), 0xe2]))).toBe(true);
    expect(stopped('<proceed/>', '<success/>')).toBe(true);
    expect(stopped('<proceed/>', bytesOf('\n'), bytesOf(' x'))).toBe(true);
  });

  it('tells of an element that had begun', () => {
    const recorder = opened().write('<a/><b');
    expect(recorder.parser.leftover).toBe(false);
    recorder.parser.stop();
    expect(recorder.parser.leftover).toBe(true);
  });

  it('is nothing without a header', () => {
    const recorder = new Recorder().write('<stream');
    recorder.parser.stop();
    expect(recorder.write('x').parser.leftover).toBe(false);
  });
});

describe('idle', () => {
  it('is true between elements only', () => {
    const recorder = new Recorder();
    const { parser } = recorder;
    expect(parser.idle).toBe(false);
    recorder.write(HEADER);
    expect(parser.idle).toBe(true);
    for (const piece of ['<', 'a', '>', '<![CDATA[', 'x]]', '>', '</a']) {
      recorder.write(piece);
      expect(parser.idle, piece).toBe(false);
    }
    recorder.write('>');
    expect(parser.idle).toBe(true);
    recorder.write(' \n');
    expect(parser.idle).toBe(true);
    recorder.write(new Uint8Array([0xc3]));
    expect(parser.idle).toBe(false);
  });

  it('tells a handler whether more came in the same chunk', () => {
    const seen: boolean[] = [];
    const recorder = opened();
    recorder.onElement = () => seen.push(recorder.parser.idle);
    recorder.write('<a/>', '<a/>\n', '<a/><b/>', bytesOf('<a/><'), 'b/>');
    expect(seen).toEqual([true, true, false, true, false, true]);
  });
});

describe('re-entrance', () => {
  it('keeps what is written while an element is handed over for afterwards', () => {
    const recorder = opened();
    let first = true;
    recorder.onElement = () => {
      if (first) recorder.write('<c/>');
      first = false;
    };
    recorder.write('<a/><b/>');
    expect(recorder.elements.map((element) => element.name)).toEqual(['a', 'b', 'c']);
  });

  it('takes new limits from the next element on', () => {
    const recorder = opened({ maxAttributes: 5 });
    const six = "a='' b='' c='' d='' e='' f=''/>";
    recorder.onElement = () => recorder.parser.setLimits({ ...DEFAULT_LIMITS, maxAttributes: 6 });
    recorder.write(`<a x='1'/><b ${six}`);
    expect(recorder.error).toBeUndefined();
    recorder.onElement = () => {};
    recorder.write('<c ');
    recorder.parser.setLimits({ ...DEFAULT_LIMITS, maxAttributes: 5 });
    recorder.write(six);
    expect(recorder.error).toBeUndefined();
    recorder.write(`<d ${six}`);
    expect(recorder.error?.limit).toBe('maxAttributes');
  });

  it('gives an error of a handler back to the writer, and tells nothing more', () => {
    const recorder = opened();
    recorder.onElement = () => {
      throw new RangeError('of the handler');
    };
    expect(() => recorder.write('<a/><b/>')).toThrow(RangeError);
    recorder.write('<c/>');
    expect(recorder.elements).toHaveLength(1);
  });
});

describe('keep-alives', () => {
  it('are not kept, however many come', () => {
    const recorder = opened({ maxStanzaBytes: 1_000 });
    const space = bytesOf(' \r\n');
    for (let i = 0; i < 1_000_000; i++) recorder.parser.write(space);
    expect(recorder.parser.idle).toBe(true);
    recorder.write('<a/>');
    expect(recorder.elements).toHaveLength(1);
    expect(recorder.sizes).toEqual([4]);
  });

  it('never reach the tokenizer', () => {
    // A megabyte of white space that it kept would show in the time that the next tag takes, a million times over.
    const recorder = opened();
    for (let i = 0; i < 2_000; i++) recorder.write(' '.repeat(1_000), '<a/>');
    expect(recorder.elements).toHaveLength(2_000);
  });
});
