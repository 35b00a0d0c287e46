import { inspect } from 'node:util';
import { Tracer, type XmlElement } from '@sestina/core';
import { useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { BadSlotError, NS_UPLOAD } from '../src/index.js';
import { GET, header, info, PUT, SERVICE, slot, start as startWith } from './world.js';

type Rest<T> = T extends [unknown, ...infer R] ? R : never;
const streams = useStreams(afterEach);
const start = (...args: Rest<Parameters<typeof startWith>>) => startWith(streams, ...args);

const long = 'a'.repeat(8_192);
const ofLength = (length: number) => `https://upload.example.org/${'a'.repeat(length - 27)}`;

describe('fields of a slot', () => {
  it.each([
    ['another case', header('eXpires', '1'), [['Expires', '1']]],
    ['another name', header('Host', 'internal') + header('X-Forwarded-For', '1') + header('Content-Length', '1'), []],
    ['line breaks', header('Cookie', 'a&#13;&#10;Host: b'), [['Cookie', 'aHost: b']]],
    ['line breaks in the name', header('Coo&#10;kie', 'a=b'), [['Cookie', 'a=b']]],
    [
      'one that comes twice, in order',
      header('Cookie', 'a') + header('Expires', '1') + header('Cookie', 'b'),
      [
        ['Cookie', 'a'],
        ['Expires', '1'],
        ['Cookie', 'b'],
      ],
    ],
    ['a character that no field may have', header('Cookie', '\u4e2d'), []],
    [
      'more of them than anybody needs',
      header('Cookie', 'a').repeat(100),
      Array.from({ length: 16 }, () => ['Cookie', 'a']),
    ],
    ['none that has a name', '<header>a</header>', []],
    ['blanks around it', header(' Cookie ', ' a b '), [['Cookie', 'a b']]],
    ['bytes above ASCII, and a tab', header('Cookie', '\u00e9\tb'), [['Cookie', '\u00e9\tb']]],
    ['all the characters that one may have', header('Cookie', long), [['Cookie', long]]],
    ['one more than that', header('Cookie', `${long}a`), []],
  ])('%s', async (_what, headers, expected) => {
    const { upload, serve } = await start();
    const given = upload.slot({ name: 'a', size: 1 });
    await serve(info());
    await serve(slot(headers));
    const found = await given;
    expect(found.headers).toEqual(expected);
    expect(`${inspect(found)}${JSON.stringify(found)}`).not.toMatch(/Cookie|token/);
  });

  it('are hidden from who traces the connection, and so is where the file goes', async () => {
    const seen: string[] = [];
    class Watching extends Tracer {
      override incoming(element: XmlElement): void {
        seen.push(`${element}`);
      }
      override outgoing(): void {}
    }
    const { upload, serve } = await start(undefined, {}, [], new Watching());
    const given = upload.slot({ name: 'a', size: 1 });
    await serve(info());
    await serve(slot(header('Cookie', 'session=1')));
    expect((await given).headers).toEqual([['Cookie', 'session=1']]);
    expect(seen.join()).toContain('<header');
    expect(seen.join()).not.toMatch(/session=1|token=secret/);
  });
});

it.each([
  ['put', 'http://upload.example.org/', GET],
  ['get', PUT, 'http://files.example.org/'],
  ['put', 'https://user:pass@upload.example.org/', GET],
  ['put', 'file:///etc/passwd', GET],
  ['put', '', GET],
  ['get', PUT, 'javascript:alert(1)'],
  ['get', PUT, 'https://user@files.example.org/'],
  ['get', PUT, 'https://:pass@files.example.org/'],
  ['get', PUT, ofLength(8_193)],
])('a slot whose %s is not plain https is refused: %s %s', async (which, put, get) => {
  const { http, upload, serve } = await start();
  const refused = expect(upload.upload(new Uint8Array(1))).rejects.toMatchObject({
    code: 'ERR_BAD_SLOT',
    which,
    service: SERVICE,
  });
  await serve(info());
  await serve(slot('', put, get));
  await refused;
  expect(http.requests).toEqual([]);
  expect(BadSlotError.name).toBe('BadSlotError');
});

it('a slot in this machine is not used', async () => {
  const { upload, serve } = await start();
  const refused = expect(upload.upload(new Uint8Array(1))).rejects.toMatchObject({
    code: 'ERR_HTTP_REFUSED',
    reason: 'address',
  });
  await serve(info());
  await serve(slot('', 'https://169.254.169.254/'));
  await refused;
});

it.each([
  ['no put', `<get url='${GET}'/>`, 'put'],
  ['no get', `<put url='${PUT}'/>`, 'get'],
])('a slot with %s is refused', async (_what, inside, which) => {
  const { upload, serve } = await start();
  const refused = expect(upload.slot({ name: 'a', size: 1 })).rejects.toMatchObject({ code: 'ERR_BAD_SLOT', which });
  await serve(info());
  await serve(`<slot xmlns='${NS_UPLOAD}'>${inside}</slot>`);
  await refused;
});

it('an address of a slot may be as long as web servers take', async () => {
  const { upload, serve } = await start();
  const given = upload.slot({ name: 'a', size: 1 });
  await serve(info());
  await serve(slot('', ofLength(8_192)));
  expect((await given).put).toBe(ofLength(8_192));
});
