import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

// The compiler that checks this project has no language service in JavaScript; editors have this one.
type TypeScript = typeof import('typescript-5.9');
const ts = ((await import('typescript-5.9')) as unknown as { default: TypeScript }).default;

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
// Need not be there.
const FILE = `${ROOT}packages/core/test/stanza/hover-sample.ts`;
const SAMPLE = `
import { attr, childText, element, extend, flag, type ErrorElement, Iq, Message, type Presence, type MessageInit } from '@sestina/core';

class Roll extends element('roll', 'urn:dice', {
  /** How many sides it has. */
  sides: attr('sides').required(),
  /** What it is called. */
  label: childText('label'),
}) {}

declare module '@sestina/core' {
  interface Message {
    /** Whether it was rolled. */
    rolled: boolean;
  }
}

extend(Message, { rolled: flag('rolled', 'urn:dice') });

export function use(message: Message, presence: Presence, iq: Iq, error: ErrorElement, roll: Roll, init: MessageInit): void {
  message./*body*/body;
  message./*bodies*/bodies;
  message./*to*/to;
  message./*id*/id;
  message./*error*/error;
  message./*rolled*/rolled;
  presence./*show*/show;
  presence./*statuses*/statuses;
  iq./*type*/type;
  error./*by*/by;
  roll./*sides*/sides;
  roll./*label*/label;
  init./*init body*/body;
  init./*init rolled*/rolled;
  new Roll({ /*new sides*/sides: '6', /*new label*/label: 'x' });
  message.set({ /*set body*/body: 'x' });
}
`;

function service(): ReturnType<TypeScript['createLanguageService']> {
  const options = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ['@sestina/source'],
    strict: true,
    exactOptionalPropertyTypes: true,
    experimentalDecorators: true,
    skipLibCheck: true,
    types: [],
  };
  const text = (file: string): string | undefined => (file === FILE ? SAMPLE : ts.sys.readFile(file));
  return ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [FILE],
    getScriptVersion: () => '1',
    getScriptSnapshot: (file) => {
      const found = text(file);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => ROOT,
    getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
    fileExists: (file) => file === FILE || ts.sys.fileExists(file),
    readFile: text,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
}

it('shows what a field is where an editor shows its type', () => {
  const editor = service();
  const shown = (marker: string): string | undefined => {
    const at = SAMPLE.indexOf(`/*${marker}*/`) + marker.length + 4;
    return ts.displayPartsToString(editor.getQuickInfoAtPosition(FILE, at)?.documentation);
  };
  const wrong = editor.getSemanticDiagnostics(FILE).map(({ messageText }) => messageText);
  expect(wrong).toEqual([]);
  const ours: [marker: string, beginning: string][] = [
    ['body', 'What is said, in the language of the message'],
    ['bodies', 'What is said, in all languages'],
    ['to', 'The address that it is for'],
    ['id', 'What its answer or its receipt refers to'],
    ['error', 'What went wrong'],
    ['show', 'How available somebody is'],
    ['statuses', 'What somebody says to it, in all languages'],
    ['type', 'Whether it asks for something'],
    ['by', 'The entity that found the error'],
    ['init body', 'What is said, in the language of the message'],
    ['set body', 'What is said, in the language of the message'],
  ];
  const plugins: [marker: string, beginning: string][] = [
    ['rolled', 'Whether it was rolled.'],
    ['sides', 'How many sides it has.'],
    ['label', 'What it is called.'],
    ['init rolled', 'Whether it was rolled.'],
    ['new sides', 'How many sides it has.'],
    ['new label', 'What it is called.'],
  ];
  for (const [marker, beginning] of [...ours, ...plugins]) {
    expect([marker, shown(marker)?.slice(0, beginning.length)]).toEqual([marker, beginning]);
  }
});

it('says of every field of a stanza what it is', () => {
  for (const name of ['message', 'presence', 'iq', 'stanza-error']) {
    const source = readFileSync(new URL(`../../src/stanza/${name}.ts`, import.meta.url), 'utf8').split('\n');
    const fields = source.flatMap((line, i) =>
      /^ {2,4}\w+: (?:attr|childText|langMap|langText)\(/.test(line) ? [i] : [],
    );
    expect(fields.length).toBeGreaterThan(0);
    for (const i of fields) expect([source[i], source[i - 1]?.trim().endsWith('*/')]).toEqual([source[i], true]);
  }
});
