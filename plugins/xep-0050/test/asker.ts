import { Iq } from '@sestina/core';
import type { ScriptedStream } from '@sestina/testing';
import { type Form, formType, single } from '@sestina/xep-0004';
import {
  AdHocCommands,
  type AdHocCommandsOptions,
  Command,
  CommandEndedError,
  type CommandInit,
  NS_COMMANDS,
} from '../src/index.js';

export const BOT = 'bot.example.org';
export const JULIET = 'juliet@capulet.example/balcony';

/** What a step gave. */
export interface Outcome {
  readonly command: Command;
  /** `bad-request bad-action` and the like; undefined where it is no error. */
  readonly error: string | undefined;
}

let count = 0;

/** Has somebody ask for a step. */
export async function step(
  stream: ScriptedStream,
  attributes: string,
  { from = JULIET, to = BOT, inside = '' }: { from?: string; to?: string; inside?: string } = {},
): Promise<Outcome> {
  count += 1;
  await stream.recv(
    `<iq type='set' id='s${count}' from='${from}' to='${to}'><command xmlns='${NS_COMMANDS}' ${attributes}>${inside}</command></iq>`,
  );
  return outcome(new Iq(await stream.nextSent()));
}

export function outcome(iq: Iq): Outcome {
  const { error } = iq;
  const said = error && [error.condition, error.application?.name].filter(Boolean).join(' ');
  return { command: iq.payload(Command) ?? new Command({ node: '' }), error: said };
}

/** A submission. */
export const submit = (fields: Readonly<Record<string, string>>, type = 'submit'): string =>
  `<x xmlns='jabber:x:data' type='${type}'>${Object.entries(fields)
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`;

/** A component that offers commands. */
export const bot = (options: Partial<AdHocCommandsOptions> = {}) =>
  ({ kind: 'component', jid: BOT, plugins: [[AdHocCommands, options]] }) as const;

export const Stage = formType('urn:example:stage', {
  name: single('name').required(),
  pin: single('pin').as('text-private'),
});
export const ask = (title: string): Form => Stage.form({}, { title, fields: { name: { required: true } } });

/** Asks three times, and says what it was told. */
export const wizard = (log: string[] = [], more: Partial<CommandInit> = {}): CommandInit => ({
  node: 'wizard',
  allow: 'everybody',
  async run(context) {
    log.push('begin');
    try {
      const names: string[] = [];
      for (const title of ['one', 'two', 'three']) {
        const form = await context.ask(ask(title), title === 'three' ? { actions: ['complete', 'prev'] } : {});
        names.push(Stage.of(form).name);
      }
      context.note('info', names.join(' '));
      return Stage.result({ name: names.join(' ') });
    } catch (error) {
      log.push(error instanceof CommandEndedError ? error.reason : String(error));
      throw error;
    } finally {
      log.push('end');
    }
  },
  ...more,
});

export const named = (name: string): { inside: string } => ({
  inside: submit({ FORM_TYPE: 'urn:example:stage', name }),
});
export const look = ({ command, error }: Outcome) => [
  error ?? command.status,
  command.form?.title,
  command.form?.field('name')?.value,
];
