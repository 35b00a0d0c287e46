// @ts-check
// The compliance suites of XEP-0479, version 0.1.0 (2023), as far as they are about clients: which feature takes which specifications.

/**
 * @typedef {'core' | 'advanced'} Level from which level on a client needs it
 * @typedef {object} Feature
 * @property {string} name
 * @property {Level} level
 * @property {readonly string[]} by `RFC 6120`, `XEP-0030`
 * @property {boolean} [any] one of them is enough
 * @property {string} [rest] what a client adds itself
 */

/** @type {readonly { readonly name: string, readonly features: readonly Feature[] }[]} */
export const SUITES = [
  {
    name: 'Core',
    features: [
      { name: 'Core features', level: 'core', by: ['RFC 6120'] },
      { name: 'TLS', level: 'core', by: ['RFC 7590'] },
      { name: 'Direct TLS', level: 'advanced', by: ['XEP-0368'] },
      { name: 'Feature discovery', level: 'core', by: ['XEP-0030'] },
      { name: 'Feature broadcasts', level: 'core', by: ['XEP-0115'] },
      { name: 'Event publishing', level: 'advanced', by: ['XEP-0163'] },
    ],
  },
  {
    name: 'Web',
    features: [
      { name: 'Connection mechanisms', level: 'core', by: ['RFC 7395', 'XEP-0206'], any: true },
      {
        name: 'Connection mechanism discovery',
        level: 'core',
        by: ['XEP-0156'],
        rest: 'in a page, a server that lets other origins read its host-meta; else `service`',
      },
    ],
  },
  {
    name: 'IM',
    features: [
      { name: 'Core features', level: 'core', by: ['RFC 6121'] },
      {
        name: 'The /me command',
        level: 'core',
        by: ['XEP-0245'],
        rest: 'shows as an action what `isAction(message)` says is one',
      },
      { name: 'User avatars', level: 'advanced', by: ['XEP-0084'], rest: 'shows the pictures' },
      { name: 'User avatar compatibility', level: 'advanced', by: ['XEP-0398', 'XEP-0153'] },
      { name: 'vcard-temp', level: 'core', by: ['XEP-0054'] },
      { name: 'Outbound message synchronization', level: 'core', by: ['XEP-0280'] },
      { name: 'User blocking', level: 'advanced', by: ['XEP-0191'], rest: 'a way to block and to unblock' },
      {
        name: 'Group chat',
        level: 'core',
        by: ['XEP-0045', 'XEP-0249'],
        rest: 'asks people whether they follow an invitation',
      },
      {
        name: 'Advanced group chat',
        level: 'advanced',
        by: ['XEP-0048', 'XEP-0313', 'XEP-0402', 'XEP-0410'],
        rest: 'keeps bookmarks as XEP-0048 has them where the server does not announce `urn:xmpp:bookmarks:1#compat`',
      },
      { name: 'Persistent storage of private data via PubSub', level: 'advanced', by: ['XEP-0223'] },
      { name: 'Private XML storage', level: 'advanced', by: ['XEP-0049'] },
      { name: 'Stream management', level: 'advanced', by: ['XEP-0198'] },
      { name: 'Message acknowledgements', level: 'advanced', by: ['XEP-0184'], rest: 'shows what has arrived' },
      {
        name: 'History storage and retrieval',
        level: 'advanced',
        by: ['XEP-0313'],
        rest: 'asks the archive for what it shows',
      },
      {
        name: 'Chat states',
        level: 'advanced',
        by: ['XEP-0085'],
        rest: 'calls `typed()` at each key, and shows who writes',
      },
      {
        name: 'Message correction',
        level: 'advanced',
        by: ['XEP-0308'],
        rest: 'shows the new words in place of the old ones',
      },
      { name: 'File upload', level: 'core', by: ['XEP-0363'], rest: 'gives a file' },
      { name: 'Direct file transfer', level: 'advanced', by: ['XEP-0234', 'XEP-0261'] },
    ],
  },
  {
    name: 'Mobile',
    features: [
      { name: 'Stream management', level: 'core', by: ['XEP-0198'] },
      {
        name: 'Client state indication',
        level: 'core',
        by: ['XEP-0352'],
        rest: 'says whether somebody uses it: `activity` of the preset',
      },
      {
        name: 'Third party push notifications',
        level: 'advanced',
        by: ['XEP-0357'],
        rest: 'a push service of the platform, and a service that passes on to it',
      },
    ],
  },
  {
    name: 'A/V calling',
    features: [
      { name: 'Call setup', level: 'core', by: ['XEP-0167', 'XEP-0353'] },
      { name: 'Transport', level: 'core', by: ['XEP-0176'] },
      { name: 'Encryption', level: 'core', by: ['XEP-0320'] },
      { name: 'STUN and TURN server discovery', level: 'core', by: ['XEP-0215'] },
      {
        name: 'Quality and performance improvements',
        level: 'advanced',
        by: ['XEP-0293', 'XEP-0294', 'XEP-0338', 'XEP-0339'],
      },
    ],
  },
];

/** What is no plugin, and the package that has it. @type {Readonly<Record<string, string>>} */
export const PACKAGES = {
  'RFC 6120': 'client',
  'RFC 6121': 'client',
  'RFC 7395': 'websocket',
  'RFC 7590': 'client',
  'XEP-0156': 'websocket',
  'XEP-0368': 'tcp',
};
