import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Limits } from '../src/index.js';
import { byteByByte, givenSeed, Recorder, randomSplit, seeded, traceOf } from './harness.js';

interface Entry {
  readonly name: string;
  readonly expect: string;
  readonly layer: string;
  readonly context: string;
  readonly also?: readonly string[];
  readonly limits?: Partial<Limits>;
}

const FOLDER = new URL('../../../test/badxml/', import.meta.url);
const index = JSON.parse(readFileSync(new URL('index.json', FOLDER), 'utf8')) as Record<string, Entry>;
/** Of what the stream decides on the whole, those where it is the parser that says it. */
const BY_PARSER = /^(047|071|074|077|081|08[3-9]|09[01]|133)-/;
const seed = givenSeed();

function outcome(chunks: readonly Uint8Array[], limits: Partial<Limits> | undefined): string {
  const recorder = new Recorder(limits).write(...chunks);
  if (recorder.error) return `stream-error:${recorder.error.condition}`;
  return recorder.ended || recorder.parser.idle ? 'ok' : 'busy';
}

describe('the corpus of bad XML', () => {
  for (const [file, entry] of Object.entries(index)) {
    const bytes = new Uint8Array(readFileSync(new URL(file, FOLDER)));
    const wanted = [entry.expect, ...(entry.also ?? [])];
    if (entry.expect === 'ignored') wanted.push('ok');
    if (entry.expect === 'conn-error:truncated') wanted.push('busy');

    if (entry.layer === 'xml' || BY_PARSER.test(file)) {
      it(`${file}: ${entry.name}`, () => {
        expect(wanted).toContain(outcome([bytes], entry.limits));
      });
    }

    if (entry.layer !== 'frame') {
      it(`${file} comes out the same however it is cut (seed ${seed})`, () => {
        const whole = traceOf([bytes], entry.limits);
        expect(traceOf(byteByByte(bytes), entry.limits)).toBe(whole);
        const end = Buffer.from(bytes).indexOf("'>") + 2;
        expect(traceOf([bytes.subarray(0, end), bytes.subarray(end)], entry.limits)).toBe(whole);
        const random = seeded(seed);
        for (let i = 0; i < 10; i++) expect(traceOf(randomSplit(bytes, random), entry.limits)).toBe(whole);
      });
    }
  }

  function elementsOf(file: string): Recorder {
    return new Recorder().write(new Uint8Array(readFileSync(new URL(file, FOLDER))));
  }

  it('delivers no stanza that an invalid byte was meant to smuggle in', () => {
    for (const file of Object.keys(index).filter((name) => /^0(19|2[0-3])-/.test(name))) {
      expect(elementsOf(file).elements, file).toEqual([]);
    }
  });

  it('decodes characters of every length, byte by byte', () => {
    const bytes = new Uint8Array(readFileSync(new URL('024-encoding-split-multibyte.xml', FOLDER)));
    const { elements } = new Recorder().write(...byteByByte(bytes));
    expect(elements[0]?.child('body')?.text).toBe('zü€😀');
  });

  it('takes a second stream header for an element like any other', () => {
    const inStanza = elementsOf('073-stream-header-in-stanza.xml');
    expect(inStanza.headers).toHaveLength(1);
    expect(inStanza.elements.map((element) => element.attribute('id'))).toEqual(['m1']);
    const second = elementsOf('072-stream-second-header.xml');
    expect(second.headers).toHaveLength(1);
    expect(second.elements).toEqual([]);
  });

  it('delivers nothing behind the end of the stream', () => {
    const recorder = elementsOf('077-stream-after-close.xml');
    expect(recorder.ended).toBe(true);
    expect(recorder.elements).toEqual([]);
  });

  it('resolves a prefix that is bound again inside a stanza', () => {
    const { elements } = elementsOf('060-ns-prefix-shadow.xml');
    expect(elements).toHaveLength(2);
    expect(elements[0]?.child('error', 'urn:x')).toBeDefined();
  });

  it('keeps a brace in a namespace apart from names', () => {
    const { elements } = elementsOf('058-ns-ns-separator-injection.xml');
    expect(elements[0]?.firstElement?.namespace).toBe('urn:a}evil');
  });

  it('delivers special names as data', () => {
    const [message] = elementsOf('092-proto-attr-proto.xml').elements;
    expect(message?.attribute('__proto__')).toBe('x');
    expect(message?.attribute('constructor')).toBe('y');
    expect(message?.attribute('hasOwnProperty')).toBeUndefined();
    const [parent] = elementsOf('093-proto-child-proto.xml').elements;
    expect([...(parent?.elements() ?? [])].map((child) => child.name)).toEqual([
      '__proto__',
      'constructor',
      'hasOwnProperty',
      'body',
    ]);
  });
});
