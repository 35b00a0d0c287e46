import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folders = ['packages', 'plugins'].flatMap((group) => readdirSync(group).map((name) => join(group, name)));

/** Everything that the packages export, by name. */
const exported = new Map<string, unknown>();
for (const folder of folders) {
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const subpath of Object.keys(exports)) {
    if (subpath === './package.json') continue;
    for (const [key, value] of Object.entries(await import(join(name, subpath)))) exported.set(key, value);
  }
}

/** Members by class or interface, as the sources declare them; what each extends; and the code of error classes. */
const declared = new Map<string, Set<string>>();
const parents = new Map<string, string[]>();
const errorCodes = new Map<string, string>();
/** Everything that is the name of some member, option or event. */
const members = new Set<string>();

const TYPE = /^( *)(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type) (\w+)/;
const EXTENDS = /\bextends ([\w, <>[\]]+?)\s*(?:\{|implements)/;
const MEMBER =
  /^( +)(?:(?:protected|public|static|override|readonly|declare|abstract|async|get|set) )*\*?(\w+)[?!]?\s*[:(=<;]/;
const CODE = / readonly code(?:: string)? = '([\w-]+)'/;
const OPTION = /\b(\w+)\?:/g;

function read(path: string): void {
  let type = '';
  let depth = 0;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    for (const [, option = ''] of line.matchAll(OPTION)) members.add(option);
    const [, indent = '', found = ''] = TYPE.exec(line) ?? [];
    if (found) {
      type = found;
      depth = indent.length + 2;
      if (!declared.has(type)) declared.set(type, new Set());
      const bases =
        EXTENDS.exec(line)?.[1]
          ?.replace(/<[^>]*>/g, '')
          .split(',') ?? [];
      parents.set(type, [...(parents.get(type) ?? []), ...bases.map((base) => base.trim())]);
    } else if (/^\S/.test(line) && !line.startsWith('}')) {
      type = '';
    }
    const code = CODE.exec(line)?.[1];
    if (code && type.endsWith('Error') && path.startsWith('packages')) errorCodes.set(type, code);
    const [, space = '', member] = MEMBER.exec(line) ?? [];
    // Parameter properties of a constructor stand one level deeper.
    const isHere = space.length === depth || (space.length === depth + 2 && /^ +(?:public|readonly) /.test(line));
    if (!type || !member || !isHere) continue;
    members.add(member);
    declared.get(type)?.add(member);
  }
}

for (const folder of folders) {
  for (const file of readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.ts')) read(join(folder, 'src', file));
  }
}

function hasMember(type: string, member: string, seen = new Set<string>()): boolean {
  const cls = exported.get(type);
  if (typeof cls === 'function' && (member in cls || member in (cls.prototype ?? {}))) return true;
  if (declared.get(type)?.has(member)) return true;
  seen.add(type);
  return (parents.get(type) ?? []).some((parent) => !seen.has(parent) && hasMember(parent, member, seen));
}

const WORDS = new Set('new await using const of for true false undefined'.split(' '));
// Placeholders in a call, which are no names of ours.
const PLACEHOLDERS = new Set(
  'name delay callback kind init payload mask text xmpp message process Plugin Class data registration'.split(' '),
);

/** What is wrong with a piece of code, or nothing. */
function faults(code: string): string[] {
  const found: string[] = [];
  const plain = code.replace(/'[^']*'/g, '');
  for (const [chain] of plain.matchAll(/(?<![\w$.])[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*/g)) {
    const [head = '', ...rest] = chain.split(/\??\./);
    const isType = exported.has(head) || declared.has(head);
    if (!isType && !members.has(head) && !WORDS.has(head) && !PLACEHOLDERS.has(head)) found.push(head);
    const [first, ...others] = rest;
    if (first !== undefined && (isType ? !hasMember(head, first) : !members.has(first))) found.push(`${head}.${first}`);
    for (const member of others) if (!members.has(member)) found.push(member);
  }
  for (const [, event = ''] of code.matchAll(/(?:on|wait|emit)\('(\w+)'/g)) if (!isEvent(event)) found.push(event);
  return found;
}

const isEvent = (name: string): boolean => hasMember('XMPPEvents', name) || hasMember('StreamEvents', name);

interface Row {
  readonly line: number;
  readonly heading: string;
  readonly cells: readonly string[];
}

/** The rows of the tables of a page that name something of another library, and what it is here. */
function rowsOf(path: string): Row[] {
  const found: Row[] = [];
  const headings: string[] = [];
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const [, marks = '', title = ''] = /^(#+) (.*)/.exec(line) ?? [];
    if (marks) headings.splice(marks.length - 1, Infinity, title);
    if (!/^\| (?!---|(?:SleekXMPP|xmpp\.js|stanza) \|)/.test(line)) continue;
    const cells = line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    found.push({ line: index + 1, heading: headings.join(' > '), cells });
  }
  return found;
}

const rows = rowsOf('docs/from-sleekxmpp.md');

const codeIn = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

describe('docs/from-sleekxmpp.md', () => {
  it('has its tables', () => {
    expect(rows.length).toBeGreaterThan(250);
    expect(rows.filter(({ cells }) => cells.length !== 3)).toEqual([]);
  });

  it('names nothing that is not there', () => {
    const wrong = rows.flatMap(({ line, cells }) =>
      codeIn(cells[1]).flatMap((code) => faults(code).map((fault) => `${line}: ${fault}`)),
    );
    expect(wrong).toEqual([]);
  });

  it('names events that there are', () => {
    const wrong = rows
      .filter(({ heading }) => / > Events > /.test(heading))
      .flatMap(({ line, cells }) =>
        codeIn(cells[1])
          .filter((event) => !isEvent(event))
          .map((event) => `${line}: ${event}`),
      );
    expect(wrong).toEqual([]);
  });

  it('says why where there is no equivalent', () => {
    const silent = rows.filter(
      ({ cells: [there = '', here, note] }) => here === '–' && !note && !/deprecated/.test(there),
    );
    expect(silent).toEqual([]);
  });

  it('finds what does not exist', () => {
    expect(faults('frobnicate()')).toEqual(['frobnicate']);
    expect(faults('JID.frobnicate')).toEqual(['JID.frobnicate']);
    expect(faults("wait('frobnicated')")).toEqual(['frobnicated']);
    expect(isEvent('frobnicated')).toBe(false);
  });
});

describe.each([
  ['docs/from-xmppjs.md', 40],
  ['docs/from-stanza.md', 50],
])('%s', (path, least) => {
  const table = rowsOf(path);

  it('has its tables', () => {
    expect(table.length).toBeGreaterThan(least);
  });

  it('names nothing that is not there', () => {
    const wrong = table.flatMap(({ line, cells }) =>
      codeIn(cells[1])
        .filter((code) => !code.startsWith('@sestina/') && !/^xep-\d{4}$/.test(code))
        .flatMap((code) => faults(code).map((fault) => `${line}: ${fault} in ${code}`)),
    );
    expect(wrong).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  it('has every error class of the packages, with its code', () => {
    const page = readFileSync('docs/errors.md', 'utf8');
    expect(errorCodes.size).toBeGreaterThan(25);
    const missing = [...errorCodes].filter(
      ([name, code]) => exported.has(name) && !(page.includes(`\`${name}\``) && page.includes(`\`${code}\``)),
    );
    expect(missing).toEqual([]);
  });
});
