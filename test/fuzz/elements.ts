import * as core from '@sestina/core';
import { type ElementClass, ElementView, SestinaError, XmlElement } from '@sestina/core';
import * as connection from '@sestina/core/connection';
import * as forms from '@sestina/xep-0004';
import * as lastActivity from '@sestina/xep-0012';
import * as disco from '@sestina/xep-0030';
import * as rooms from '@sestina/xep-0045';
import * as pubsub from '@sestina/xep-0060';
import * as chatStates from '@sestina/xep-0085';
import * as version from '@sestina/xep-0092';
import * as caps from '@sestina/xep-0115';
import * as receipts from '@sestina/xep-0184';
import * as blocking from '@sestina/xep-0191';
import * as management from '@sestina/xep-0198';
import * as ping from '@sestina/xep-0199';
import * as time from '@sestina/xep-0202';
import * as delay from '@sestina/xep-0203';
import * as invitations from '@sestina/xep-0249';
import * as carbons from '@sestina/xep-0280';
import * as archives from '@sestina/xep-0313';
import * as hints from '@sestina/xep-0334';
import * as ids from '@sestina/xep-0359';
import * as occupants from '@sestina/xep-0421';
import fc from 'fast-check';
import { holds, target, textOf } from './target.js';

const PACKAGES = [
  core,
  connection,
  forms,
  lastActivity,
  disco,
  rooms,
  pubsub,
  chatStates,
  version,
  caps,
  receipts,
  blocking,
  management,
  ping,
  time,
  delay,
  invitations,
  carbons,
  archives,
  hints,
  ids,
  occupants,
];

function isElementClass(value: unknown): value is ElementClass {
  return (
    typeof value === 'function' &&
    value.prototype instanceof ElementView &&
    'tag' in value &&
    typeof value.tag === 'string'
  );
}

/** Every class of elements that can be had. */
export const CLASSES: readonly ElementClass[] = [
  ...new Set(PACKAGES.flatMap((exported) => Object.values(exported) as unknown[]).filter(isElementClass)),
];

const TAGS = CLASSES.map(({ tag, namespace }) => [tag, namespace] as const);
const NAMES = [
  'value',
  'field',
  'item',
  'x',
  'error',
  'text',
  'body',
  'status',
  'jid',
  'set',
  'count',
  'query',
  'delay',
  'forwarded',
];
const ATTRIBUTES = [
  'id',
  'to',
  'from',
  'type',
  'var',
  'jid',
  'node',
  'stamp',
  'code',
  'role',
  'affiliation',
  'h',
  'max',
  'name',
  'by',
  'hash',
  'ver',
  'seconds',
  'index',
  '__proto__',
  'constructor',
];
const VALUES = [
  '',
  ' ',
  '0',
  '-1',
  '1e9',
  'NaN',
  'true',
  'get',
  'result',
  'error',
  'form',
  'a@b/c',
  '@',
  'é',
  '2024-01-01T00:00:00Z',
  '2024-13-45T99:99:99Z',
  '99999999999999999999',
  '\u0000',
];
const value = fc.oneof(fc.constantFrom(...VALUES), textOf(['<', '&', ']]>', '\n']));

interface Node {
  readonly tag: readonly [name: string, namespace: string];
  readonly attributes: readonly (readonly [string, string])[];
  readonly children: readonly (Node | string)[];
}

const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record({
    tag: fc.oneof(
      fc.constantFrom(...TAGS),
      fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom('jabber:client', ...TAGS.map(([, namespace]) => namespace))),
    ),
    attributes: fc.array(fc.tuple(fc.constantFrom(...ATTRIBUTES), value), { maxLength: 4 }),
    children: fc.array(fc.oneof({ depthSize: 'small' }, value, tie('node')), { maxLength: 4 }),
  }),
}));

/** The children of an element are often in its own namespace. */
function elementOf({ tag: [name, namespace], attributes, children }: Node, at = 0): XmlElement {
  const element = new XmlElement(name, namespace, Object.fromEntries(attributes));
  for (const [index, each] of children.entries()) {
    if (typeof each === 'string') element.append(each);
    else {
      const own = (at + index) % 2 === 0 ? namespace : each.tag[1];
      element.append(elementOf({ ...each, tag: [each.tag[0], own] }, at + 1));
    }
  }
  return element;
}

// What a message says of its connection: here is none.
const OURS: ReadonlySet<string> = new Set(['context']);

/** Reads all that a view says, and what that says in turn. */
function read(view: ElementView, depth = 0): void {
  for (let at = Object.getPrototypeOf(view); at && at !== ElementView.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (!get || OURS.has(name)) continue;
      let found: unknown;
      try {
        found = get.call(view);
      } catch (error) {
        holds(error instanceof SestinaError, `${view.constructor.name}.${name} throws ${String(error)}`);
        continue;
      }
      if (depth < 3) for (const each of viewsIn(found)) read(each, depth + 1);
    }
  }
}

function viewsIn(found: unknown): ElementView[] {
  if (found instanceof ElementView) return [found];
  if (typeof found !== 'object' || found === null || !(Symbol.iterator in found)) return [];
  const views: ElementView[] = [];
  try {
    for (const each of found as Iterable<unknown>) if (each instanceof ElementView) views.push(each);
  } catch (error) {
    holds(error instanceof SestinaError, `a list throws ${String(error)}`);
  }
  return views;
}

export const fields = target(
  {
    name: 'fields',
    holds: 'whatever an element holds, reading a field gives a value or throws an error of ours',
    cost: 4,
  },
  fc.tuple(fc.nat(CLASSES.length - 1), node),
  ([index, made]) => {
    const cls = CLASSES[index] as ElementClass;
    const before = elementOf({ ...made, tag: [cls.tag, cls.namespace] });
    read(new cls(before));
    holds(!Object.hasOwn(Object.prototype, 'id'), 'a name of data became one of every object');
  },
);
