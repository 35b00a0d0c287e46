import { parseDocument } from '@sestina/core';
import { sameXml } from '@sestina/testing';
import { ConferenceBookmark, NS_BOOKMARKS } from '@sestina/xep-0402';
import { describe, expect, it } from 'vitest';
import { type NotificationValue, Notify, NS_NOTIFICATION_SETTINGS } from '../src/index.js';

const PC = { category: 'client', type: 'pc' };
const PHONE = { category: 'client', type: 'phone' };
const scope = (category?: string, type?: string): string =>
  `${category === undefined ? '' : ` identity-category='${category}'`}${type === undefined ? '' : ` identity-type='${type}'`}`;
const notify = (...inside: string[]): string =>
  `<notify xmlns='${NS_NOTIFICATION_SETTINGS}'>${inside.join('')}</notify>`;
const read = (...inside: string[]): Notify => new Notify(parseDocument(notify(...inside)));
const ADVANCED = `<advanced><rule xmlns='urn:other' when='night'>x<y/></rule></advanced>`;

describe('the value for a program', () => {
  it.each<[string, readonly string[], NotificationValue | undefined, NotificationValue | undefined]>([
    ['is none where nothing is there', [], undefined, undefined],
    ['is that for all', ['<never/>'], 'never', 'never'],
    ['is that of its category before that for all', ['<never/>', `<always${scope('client')}/>`], 'always', 'always'],
    [
      'is that of its type before that of its category',
      [`<never${scope('client')}/>`, `<always${scope('client', 'pc')}/>`, '<on-mention/>'],
      'always',
      'never',
    ],
    [
      'is not that of another category with the same type',
      [`<never${scope('gateway', 'pc')}/>`, '<always/>'],
      'always',
      'always',
    ],
    ['is not that of a type without a category', [`<never${scope(undefined, 'pc')}/>`], undefined, undefined],
    ['is the first of several', ['<on-mention/>', '<never/>', '<always/>'], 'on-mention', 'on-mention'],
    ['is of its own namespace', [`<never xmlns='urn:other'/>`, '<sometimes/>', '<always/>'], 'always', 'always'],
  ])('%s', (_what, inside, pc, phone) => {
    expect([read(...inside).valueFor(PC), read(...inside).valueFor(PHONE)]).toEqual([pc, phone]);
  });
});

describe('setting a value', () => {
  const set = (inside: readonly string[], value: NotificationValue, onlyThisType = false): string => {
    const before = read(...inside);
    before.setFor(value, PC, onlyThisType);
    expect(before.valueFor(PC)).toBe(value);
    return before.toString();
  };
  it.each<[string, readonly string[], NotificationValue, boolean, readonly string[]]>([
    ['adds it for all', [], 'never', false, ['<never/>']],
    [
      'for a type adds it for all where there is none',
      [],
      'never',
      true,
      [`<never${scope('client', 'pc')}/>`, '<never/>'],
    ],
    ['for a type leaves that for all', ['<always/>'], 'never', true, ['<always/>', `<never${scope('client', 'pc')}/>`]],
    [
      'leaves that for others, and changes what counts here',
      [`<always${scope('client', 'phone')}/>`, `<always${scope('client')}/>`, '<on-mention/>'],
      'never',
      false,
      [`<always${scope('client', 'phone')}/>`, `<never${scope('client')}/>`, '<never/>'],
    ],
    [
      'leaves one element of a scope',
      ['<always/>', '<never/>', '<never/>', `<never${scope(undefined, 'pc')}/>`],
      'on-mention',
      false,
      ['<on-mention/>', `<never${scope(undefined, 'pc')}/>`],
    ],
    [
      'keeps what other programs have in it',
      [`<always odd='1'>${ADVANCED}</always>`, `<other xmlns='urn:other'/>`],
      'never',
      false,
      [`<never odd='1'>${ADVANCED}</never>`, `<other xmlns='urn:other'/>`],
    ],
    [
      'keeps what other programs have in several of one scope',
      [`<always>${ADVANCED}</always>`, `<never>${ADVANCED}</never>`],
      'never',
      false,
      [`<never>${ADVANCED}</never>`, `<always>${ADVANCED}</always>`],
    ],
  ])('%s', (_what, before, value, onlyThisType, after) => {
    expect(sameXml(set(before, value, onlyThisType), notify(...after))).toBeUndefined();
  });

  it('changes nothing that is set already', () => {
    const inside = [`<never${scope('client', 'pc')}>${ADVANCED}</never>`, '<never/>'];
    expect(set(inside, 'never')).toBe(read(...inside).toString());
  });
});

it('is a property of bookmarks, beside what others keep there', () => {
  const extensions = `<extensions><pinned xmlns='urn:pin'/></extensions>`;
  const bookmark = new ConferenceBookmark(
    parseDocument(`<conference xmlns='${NS_BOOKMARKS}'>${extensions}</conference>`),
  );
  expect(bookmark.notify).toBeUndefined();
  bookmark.notify = read('<never/>');
  bookmark.notify = read('<always/>');
  expect(bookmark.extensions?.children).toHaveLength(2);
  expect(bookmark.notify.valueFor(PC)).toBe('always');
  bookmark.notify = undefined;
  expect(
    sameXml(bookmark.toString(), `<conference xmlns='${NS_BOOKMARKS}'>${extensions}</conference>`),
  ).toBeUndefined();
  const fresh = new ConferenceBookmark().set({ notify: read('<never/>') });
  expect(fresh.notify?.valueFor(PC)).toBe('never');
  fresh.notify = undefined;
  expect(fresh.extensions).toBeUndefined();
});
