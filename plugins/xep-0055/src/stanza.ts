import { attr, child, children, childText, element, jid } from '@sestina/core';
import { Form } from '@sestina/xep-0004';
import { ResultSet } from '@sestina/xep-0059';

export const NS_SEARCH = 'jabber:iq:search';

/** The fields that a search has without a form. */
export const SEARCH_FIELDS = ['first', 'last', 'nick', 'email'] as const;

/** One of the fields that a search has without a form. */
export type SearchField = (typeof SEARCH_FIELDS)[number];

const FIELDS = {
  first: childText('first'),
  last: childText('last'),
  nick: childText('nick'),
  email: childText('email'),
} as const;

/** `<item/>`: somebody who was found, where there is no form. */
export class SearchItem extends element('item', NS_SEARCH, { jid: attr('jid', jid).lenient(), ...FIELDS }) {}

/** `<query/>`: what one can search by, what is searched for, and what was found. */
export class SearchQuery extends element('query', NS_SEARCH, {
  /** For people. */
  instructions: childText('instructions'),
  ...FIELDS,
  items: children(SearchItem),
  /** Takes the place of the fields where it is there. */
  form: child(Form),
  /** Which part of what was found. */
  resultSet: child(ResultSet),
}) {}
