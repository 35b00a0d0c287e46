import { parseDocument } from '@sestina/xml';
import { expect, it } from 'vitest';
import { withoutSecrets } from '../../src/stream/tracer.js';

const shown = (field: string): string =>
  withoutSecrets(parseDocument(`<iq xmlns='jabber:client'><x xmlns='jabber:x:data'>${field}</x></iq>`)).toString();

it.each([
  "<field type='text-private' var='pin'><value>hunter2</value></field>",
  "<field var='password'><value>hunter2</value></field>",
  "<field var='muc#roomconfig_roomsecret'><value>hunter2</value></field>",
])('the tracer does not see the secret in %s', (field) => {
  expect(shown(field)).not.toContain('hunter2');
  expect(shown(field)).toContain('<value>***</value>');
});

it('the tracer sees the other fields of a form', () => {
  expect(shown("<field var='name'><value>bar</value></field>")).toContain('<value>bar</value>');
});
