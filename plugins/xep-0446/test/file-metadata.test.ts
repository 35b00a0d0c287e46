import { parseDocument } from '@sestina/core';
import { Hash } from '@sestina/xep-0300';
import { describe, expect, it } from 'vitest';
import { FileMetadata, NS_FILE_METADATA, NS_THUMBNAILS, safeName } from '../src/index.js';

const read = (inside: string): FileMetadata =>
  new FileMetadata(parseDocument(`<file xmlns='${NS_FILE_METADATA}'>${inside}</file>`));

describe('a safe name', () => {
  it.each([
    ['photo.jpg', 'photo.jpg'],
    ['../../x', 'x'],
    ['/etc/passwd', 'passwd'],
    ['C:\\Windows\\system.ini', 'system.ini'],
    ['..\\..\\x.txt', 'x.txt'],
    ['CON.txt', '_CON.txt'],
    ['nul', '_nul'],
    ['com1.tar.gz', '_com1.tar.gz'],
    ['console.log', 'console.log'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['a\u0000b\nc.txt', 'abc.txt'],
    ['a:b*c?.txt', 'a_b_c_.txt'],
    ['file.txt:$DATA', 'file.txt_$DATA'],
    ['.bashrc', 'bashrc'],
    ['name. . ', 'name'],
    ['..', 'file'],
    ['', 'file'],
    [undefined, 'file'],
    ['/', 'file'],
    ['\ud800', 'file'],
    ['tre\u0300s cool.jpg', 'tr\u00e8s cool.jpg'],
    ['a/b\\c', 'c'],
    ['a\\b/c', 'c'],
    ['a\u200b\ue000\u2028\u2029b', 'ab'],
    ['<>:"|?*', '_______'],
    ['prn', '_prn'],
    ['Aux.x', '_Aux.x'],
    ['com\u00b9', '_com\u00b9'],
    ['LPT9.txt', '_LPT9.txt'],
    ['lpt\u00b3', '_lpt\u00b3'],
    ['conin$', '_conin$'],
    ['CONOUT$.log', '_CONOUT$.log'],
    ['com10', 'com10'],
    ['lptx', 'lptx'],
    ['a con', 'a con'],
    ['conin', 'conin'],
    [' \t. x .. ', 'x'],
  ])('of %j is %j', (name, expected) => expect(safeName(name)).toBe(expected));

  it.each([
    [`${'a'.repeat(10_240)}.jpg`, '.jpg'],
    [`${'\u{1F339}'.repeat(3_000)}.jpeg`, '.jpeg'],
    [`a.${'b'.repeat(10_000)}`, ''],
    [`${'\u0301'.repeat(9_000)}.x`, '.x'],
  ])('has 120 bytes at most and keeps its extension', (name, extension) => {
    const safe = safeName(name);
    expect(new TextEncoder().encode(safe).length).toBeLessThanOrEqual(120);
    expect(safe.endsWith(extension)).toBe(true);
    expect(safe).not.toContain('\ufffd');
  });

  it('is cut no shorter than it has to be, between characters, and with an extension of 20 bytes at most', () => {
    const a = (count: number): string => 'a'.repeat(count);
    expect(safeName(a(120))).toBe(a(120));
    expect(safeName(a(121))).toBe(a(120));
    expect(safeName(`${a(200)}.${a(19)}`)).toBe(`${a(100)}.${a(19)}`);
    expect(safeName(`${a(200)}.${a(20)}`)).toBe(a(120));
    expect(safeName(`${a(115)}\u00e9.jpg`)).toBe(`${a(115)}.jpg`);
    expect(safeName(`${a(114)}\u00e9.jpg`)).toBe(`${a(114)}\u00e9.jpg`);
    expect(safeName(`${a(113)}. .${a(20)}.jpg`)).toBe(`${a(113)}.jpg`);
    // What stands before the last ten thousand characters is not looked at.
    expect(safeName(`x.${a(10_000)}`)).toBe(a(120));
    expect(safeName(`b${a(9_999)}`)).toBe(`b${a(119)}`);
  });

  it('stays as it is when it is made once more', () => {
    for (const name of ['CON.txt', ' .x. ', `${'a'.repeat(200)}. .jpg`, 'a/b\\c', '..con']) {
      const once = safeName(name);
      expect(safeName(once)).toBe(once);
    }
  });
});

describe('metadata', () => {
  it('of a file has what that says of itself', () => {
    const file = new File(['hello'], 'a.txt', { type: 'text/plain', lastModified: Date.UTC(2024, 0, 2) });
    const hash = new Hash({ algo: 'sha-256', value: new Uint8Array(32) });
    const metadata = FileMetadata.of(file, { hashes: [hash], width: 4, height: 3, desc: 'Hello' });
    expect(metadata).toMatchObject({
      name: 'a.txt',
      mediaType: 'text/plain',
      size: 5,
      width: 4,
      height: 3,
      desc: 'Hello',
    });
    expect(metadata.date).toEqual(new Date('2024-01-02T00:00:00Z'));
    expect([...metadata.hashes].map(({ algo }) => algo)).toEqual(['sha-256']);
    const odd = Object.assign(new Blob(['x']), { name: 5, lastModified: 'now' });
    expect(FileMetadata.of(odd)).toMatchObject({ name: undefined, date: undefined });
    expect(FileMetadata.of(new Blob(['x']))).toMatchObject({
      name: undefined,
      mediaType: undefined,
      size: 1,
      date: undefined,
    });
  });

  it.each([
    ['<width>4096</width><height>2160</height>', 4096, 2160],
    ['<dimensions>1920x1080</dimensions>', 1920, 1080],
    ['<dimensions>1920x1080</dimensions><width>10</width>', 10, 1080],
    ['<dimensions>99999999999x1</dimensions>', undefined, undefined],
    ['<dimensions>wide</dimensions><height>-1</height>', undefined, undefined],
    ['<width>4294967296</width>', undefined, undefined],
    ['<dimensions> 1920X1080\n</dimensions>', 1920, 1080],
    ['<dimensions>about 1920x1080</dimensions>', undefined, undefined],
    ['<dimensions>1920x1080 pixels</dimensions>', undefined, undefined],
    ['<dimensions>1920x</dimensions>', undefined, undefined],
    ['<height>2147483647</height><width>2147483648</width>', undefined, 2_147_483_647],
  ])('%s is %s by %s', (inside, width, height) => {
    expect([read(inside).width, read(inside).height]).toEqual([width, height]);
  });

  it('says how large a picture is in elements of their own', () => {
    const metadata = new FileMetadata({ width: 4, height: 3, length: 2_000 });
    expect(metadata.xml.toString()).toContain('<width>4</width><height>3</height><length>2000</length>');
    const extras = { name: 'b.txt', length: 5 };
    expect(FileMetadata.of(new File(['x'], 'a.txt'), extras)).toMatchObject({ ...extras, mediaType: undefined });
  });

  it('reads nonsense as missing', () => {
    const metadata = read('<size>9007199254740993</size><date>yesterday</date><length>1.5</length>');
    expect(metadata).toMatchObject({ size: undefined, date: undefined, length: undefined });
    expect(read('<size>-5</size>').size).toBeUndefined();
  });

  it('keeps what it does not know, and all languages', () => {
    const metadata = read(`<desc>Photo</desc><desc xml:lang='cs'>Foto</desc><future xmlns='urn:x'/>`);
    metadata.name = 'a';
    expect([...metadata.descs]).toEqual([
      ['', 'Photo'],
      ['cs', 'Foto'],
    ]);
    expect(metadata.xml.child('future', 'urn:x')).toBeDefined();
  });

  it('has thumbnails whose size is not believed blindly', () => {
    const [thumbnail] = [
      ...read(`<thumbnail xmlns='${NS_THUMBNAILS}' uri='cid:x' width='2147483648' height='96'/>`).thumbnails,
    ];
    expect(thumbnail).toMatchObject({ uri: 'cid:x', width: undefined, height: 96 });
  });
});
