import { ConfigError, type JID } from '@sestina/core';
import { quoted } from '@sestina/core/util';
import { type Form, type FormInput, fillIn } from '@sestina/xep-0004';

const PREFIX = 'muc#roomconfig_';

/** The registered settings, by the names that they have here (XEP-0045 §16.5.3). */
const VARS = {
  admins: 'roomadmins',
  allowInvites: 'allowinvites',
  allowPrivateMessages: 'allowpm',
  changeSubject: 'changesubject',
  description: 'roomdesc',
  language: 'lang',
  logging: 'enablelogging',
  maxHistory: 'maxhistoryfetch',
  maxUsers: 'maxusers',
  memberListFor: 'getmemberlist',
  membersOnly: 'membersonly',
  moderated: 'moderatedroom',
  name: 'roomname',
  owners: 'roomowners',
  password: 'roomsecret',
  passwordProtected: 'passwordprotectedroom',
  persistent: 'persistentroom',
  presenceOf: 'presencebroadcast',
  public: 'publicroom',
  pubsubNode: 'pubsub',
  whois: 'whois',
} as const satisfies Record<string, string>;

/** Settings of a room. What is left out stays as it is; any other setting goes by the `var` that the room's form has for it. */
export interface RoomConfig {
  /** For people. */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly language?: string | undefined;
  /** Whether it stays when the last occupant leaves. */
  readonly persistent?: boolean | undefined;
  /** Whether the service lists it. */
  readonly public?: boolean | undefined;
  readonly membersOnly?: boolean | undefined;
  /** Whether only who was given voice may speak. */
  readonly moderated?: boolean | undefined;
  readonly passwordProtected?: boolean | undefined;
  readonly password?: string | undefined;
  /** Occupants at most. */
  readonly maxUsers?: number | string | undefined;
  /** Who sees real addresses. */
  readonly whois?: 'anyone' | 'moderators' | undefined;
  /** Whether all occupants may invite. */
  readonly allowInvites?: boolean | undefined;
  /** Who may whisper. */
  readonly allowPrivateMessages?: 'anyone' | 'moderators' | 'none' | 'participants' | undefined;
  /** Whether all occupants may change the subject. */
  readonly changeSubject?: boolean | undefined;
  readonly logging?: boolean | undefined;
  /** Messages at most that the room repeats. */
  readonly maxHistory?: number | undefined;
  /** The roles that may ask for the members. */
  readonly memberListFor?: readonly string[] | undefined;
  /** The roles whose presence is shown. */
  readonly presenceOf?: readonly string[] | undefined;
  readonly pubsubNode?: string | undefined;
  readonly admins?: Iterable<JID | string> | undefined;
  readonly owners?: Iterable<JID | string> | undefined;
  readonly [setting: string]: FormInput | undefined;
}

/**
 * The answer to a room's form: these settings, and all others as they are.
 * @throws ConfigError for a setting that the room does not have.
 */
export function configured(form: Form, config: RoomConfig): Form {
  const offered = new Set<string>();
  for (const { var: name, type } of form.fields) if (name !== undefined && type !== 'fixed') offered.add(name);
  const answers = new Map<string, FormInput>();
  for (const [name, value] of Object.entries(config)) {
    if (value === undefined) continue;
    const known = Object.hasOwn(VARS, name) ? PREFIX + VARS[name as keyof typeof VARS] : name;
    if (!offered.has(known)) {
      const all = [...offered].filter((each) => each !== 'FORM_TYPE').join(', ');
      throw new ConfigError(`the room has no setting ${quoted(known)}; it has ${quoted(all, 1_000)}`, name);
    }
    answers.set(known, value);
  }
  return fillIn(form, answers);
}
