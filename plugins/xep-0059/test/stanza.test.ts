import { viewOf } from '@sestina/core';
import { expectXml, parseXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { NS_RSM, ResultSet } from '../src/index.js';

const read = (inside: string): ResultSet => viewOf(ResultSet, parseXml(`<set xmlns='${NS_RSM}'>${inside}</set>`));

describe('<set/>', () => {
  it('is read from examples 4 and 6', () => {
    const set = read(
      `<first index='10'>stpeter@jabber.org</first><last>peterpan@neverland.lit</last><count>800</count>`,
    );
    const { first, firstIndex, last, count, max } = set;
    expect([first, firstIndex, last, count, max]).toEqual([
      'stpeter@jabber.org',
      10,
      'peterpan@neverland.lit',
      800,
      undefined,
    ]);
  });

  it('tells an empty <before/> from none', () => {
    expect([read('').before, read('<before/>').before, read('<before> </before>').before]).toEqual([
      undefined,
      '',
      ' ',
    ]);
    expectXml(new ResultSet({ max: 10, before: '' }).xml, `<set xmlns='${NS_RSM}'><max>10</max><before/></set>`);
    expectXml(new ResultSet({ max: 0 }).xml, `<set xmlns='${NS_RSM}'><max>0</max></set>`);
  });

  it('takes UIDs as they are, and numbers that are none for missing', () => {
    const set = read(
      `<first index='x'>\n uid &amp; </first><last></last><count>-1</count><max>99999999999</max><index>1.5</index>`,
    );
    const { first, firstIndex, last, count, max, index } = set;
    expect([first, firstIndex, last, count, max, index]).toEqual([
      '\n uid & ',
      undefined,
      '',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('writes the place of the first item where it belongs, in whichever order', () => {
    const set = new ResultSet({ firstIndex: 3 });
    set.first = 'a';
    expectXml(set.xml, `<set xmlns='${NS_RSM}'><first index='3'>a</first></set>`);
    set.firstIndex = undefined;
    expectXml(set.xml, `<set xmlns='${NS_RSM}'><first>a</first></set>`);
    expect(() => set.set({ firstIndex: -1 })).toThrow(TypeError);
    expectXml(new ResultSet().set({ firstIndex: undefined }).xml, `<set xmlns='${NS_RSM}'/>`);
  });
});
