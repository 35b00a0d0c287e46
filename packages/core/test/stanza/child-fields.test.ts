import { describe, expect, it } from 'vitest';
import { anyChild, child, choice, nameOf } from '../../src/stanza/child-fields.js';
import { bool } from '../../src/stanza/codec.js';
import { type ElementClass, ElementView, element } from '../../src/stanza/element.js';
import { children } from '../../src/stanza/element-list.js';
import { attr } from '../../src/stanza/fields.js';
import { StanzaValueError } from '../../src/stanza/value-error.js';
import { received, xml } from '../helpers/received.js';

const NS = 'urn:example:fields';
const OTHER = 'urn:example:other';

describe('child() and children()', () => {
  it('say by name which was given undefined, and why that happens', () => {
    expect(() => child(undefined as never)).toThrow(/^child\(\) was given undefined: is there a circular import/);
    expect(() => children(undefined as never)).toThrow(/^children\(\) was given undefined: is there a circular import/);
  });

  class Leaf extends element('leaf', NS, { value: attr('value', bool) }) {}
  class Tree extends element('tree', NS, {
    leaf: child(Leaf),
    // Forward, and back to itself.
    twig: child((): ElementClass<Twig> => Twig),
    trees: children((): ElementClass<Tree> => Tree),
    leaves: children(Leaf),
  }) {}
  class Twig extends element('twig', NS, { tree: child((): ElementClass<Tree> => Tree) }) {}
  const tree = (content = ''): Tree => new Tree(xml(`<tree xmlns='${NS}'>${content}</tree>`));

  it('reads nested classes, in a circle too', () => {
    const view = tree("<twig><tree><leaf value='1'/></tree></twig>");
    expect(view.twig).toBeInstanceOf(Twig);
    expect(view.twig?.tree?.leaf?.value).toBe(true);
    expect(view.leaf).toBeUndefined();
  });

  it('writes a child, and what is written later into that child', () => {
    const leaf = new Leaf();
    const view = new Tree({ leaf });
    leaf.value = false;
    expect(view.toString()).toBe(`<tree xmlns='${NS}'><leaf value='false'/></tree>`);
    expect(view.leaf).toBe(leaf);
  });

  it('puts the new child where the old one was', () => {
    const view = tree('<a/><leaf/><b/>');
    view.leaf = new Leaf({ value: true });
    expect(view.toString()).toBe(`<tree xmlns='${NS}'><a/><leaf value='true'/><b/></tree>`);
  });

  it('reads what was written, also where there were several', () => {
    const view = tree("<leaf value='0'/><b/><leaf value='0'/>");
    const leaf = new Leaf({ value: true });
    view.leaf = leaf;
    expect(view.leaf).toBe(leaf);
    view.leaf = undefined;
    expect(view.leaf).toBeUndefined();
    expect(view.toString()).toBe(`<tree xmlns='${NS}'><b/></tree>`);
  });

  it('can be written what it was read', () => {
    const view = tree("<a/><leaf value='0'/><b/>");
    const before = view.toString();
    view.leaf = view.leaf as Leaf;
    expect(view.toString()).toBe(before);
  });

  it('has lists that are live', () => {
    const view = tree('<leaf/>');
    const { leaves } = view;
    const added = leaves.add(new Leaf({ value: true }));
    expect([leaves.length, view.leaves.length]).toEqual([2, 2]);
    expect([leaves.at(-1), leaves.at(1), leaves.at(2)]).toEqual([added, added, undefined]);
    expect([...leaves].map((leaf) => leaf.value)).toEqual([undefined, true]);
    expect(leaves.remove(added)).toBe(true);
    expect(leaves.remove(added)).toBe(false);
    expect(leaves.length).toBe(1);
  });

  it('has lists that may be changed while they are walked', () => {
    const view = tree('<leaf/><leaf/><leaf/>');
    for (const leaf of view.leaves) view.leaves.remove(leaf);
    expect(view.leaves.length).toBe(0);
  });

  it('clears only what the list shows', () => {
    const view = tree(`<leaf/><other/><leaf xmlns='${OTHER}'/>text`);
    view.leaves.clear();
    expect(view.toString()).toBe(`<tree xmlns='${NS}'><other/><leaf xmlns='${OTHER}'/>text</tree>`);
  });

  it('takes lists in new and set()', () => {
    const view = new Tree({ leaves: [new Leaf({ value: true }), new Leaf()] });
    expect(view.leaves.length).toBe(2);
    view.set({ leaves: [...view.leaves].slice(1) } as never);
    expect([...view.leaves].map((leaf) => leaf.value)).toEqual([undefined]);
  });

  it.each([
    ['child', child],
    ['children', children],
  ])('%s() says that undefined comes from a circular import', (_name, make) => {
    expect(() => make(undefined as never)).toThrow(/circular import/);
  });
});

class Added extends element('added', NS, { id: attr('id') }) {}
class Removed extends element('removed', NS, { id: attr('id') }) {}
class Moved extends element('moved', OTHER) {}

describe('choice()', () => {
  class Event extends element('event', NS, {
    what: choice(Added, Removed, (): ElementClass<Moved> => Moved),
  }) {}
  const event = (content: string): Event => new Event(xml(`<event xmlns='${NS}'>${content}</event>`));

  it('reads the one child that is of one of the classes', () => {
    expect(event("<removed id='1'/>").what).toBeInstanceOf(Removed);
    expect(event(`<x/>text<moved xmlns='${OTHER}'/>`).what).toBeInstanceOf(Moved);
    expect(event(`<moved/><added xmlns='${OTHER}'/>`).what).toBeUndefined();
    expect(event('<removed/><added/>').what).toBeInstanceOf(Removed);
    const { what } = event("<added id='1'/>");
    expect(what instanceof Added && what.id).toBe('1');
  });

  it('writes one where the old one was, and takes out all others of the classes', () => {
    const view = event(`<a/><added/><b/><removed/><moved xmlns='${OTHER}'/>`);
    view.what = new Removed({ id: '2' });
    expect(view.toString()).toBe(`<event xmlns='${NS}'><a/><removed id='2'/><b/></event>`);
    view.what = undefined;
    expect([view.what, view.toString()]).toEqual([undefined, `<event xmlns='${NS}'><a/><b/></event>`]);
    expect(new Event({ what: new Added() }).toString()).toBe(`<event xmlns='${NS}'><added/></event>`);
  });

  it('can be written what it was read', () => {
    const view = event("<a/><added id='1'/><b/>");
    const before = view.toString();
    view.what = view.what as Added;
    expect(view.toString()).toBe(before);
  });

  it('refuses an element of another class, and keeps what was there', () => {
    const view = event('<added/>');
    expect(() => {
      view.what = new Event() as never;
    }).toThrow('<event>: expected <added/> or <removed/> or <moved/>, got <event xmlns="urn:example:fields">');
    expect(view.what).toBeInstanceOf(Added);
  });

  it('says that undefined comes from a circular import', () => {
    expect(() => choice(Added, undefined as never)).toThrow(/circular import/);
  });
});

describe('anyChild()', () => {
  class Box extends element('box', NS, { content: anyChild() }) {}
  const box = (content: string): Box => new Box(xml(`<box xmlns='${NS}'>${content}</box>`));

  it('reads the first child, whatever it is', () => {
    const { content } = box(`text<thing xmlns='${OTHER}' a='1'/><more/>`);
    expect(content).toBeInstanceOf(ElementView);
    expect([content?.xml.name, content?.xml.namespace]).toEqual(['thing', OTHER]);
    expect(box('text').content).toBeUndefined();
  });

  it('writes one in place of all others, and leaves text', () => {
    const view = box('a<x/>b<y/>');
    view.content = new Added({ id: '1' });
    expect(view.toString()).toBe(`<box xmlns='${NS}'>a<added id='1'/>b</box>`);
    expect(view.content).toBeInstanceOf(Added);
    view.content = undefined;
    expect(view.toString()).toBe(`<box xmlns='${NS}'>ab</box>`);
  });
});

describe('nameOf()', () => {
  const CHAT_STATES = 'urn:example:states';
  class Note extends element('note', NS, {
    state: nameOf(['active', 'composing', 'gone'], CHAT_STATES).lenient(),
    strict: nameOf(['up', 'down'], OTHER),
    own: nameOf(['left', 'right']).default('left'),
  }) {}
  const note = (content: string): Note => new Note(xml(`<note xmlns='${NS}'>${content}</note>`));

  it('reads the name of the child as a word', () => {
    const state: 'active' | 'composing' | 'gone' | undefined = note(`<x/><composing xmlns='${CHAT_STATES}'/>`).state;
    expect(state).toBe('composing');
    expect(note('').state).toBeUndefined();
    expect(note('<composing/>').state).toBeUndefined();
    expect([note('<right/>').own, note('').own]).toEqual(['right', 'left']);
  });

  it('takes the first that is one of the words, and tells of one that is none', () => {
    expect(note(`<text xmlns='${OTHER}'>x</text><down xmlns='${OTHER}'/>`).strict).toBe('down');
    expect(note(`<odd xmlns='${CHAT_STATES}'/>`).state).toBeUndefined();
    expect(() => note(`<odd xmlns='${OTHER}'/>`).strict).toThrow(StanzaValueError);
    expect(() => note(`<odd xmlns='${OTHER}'/>`).strict).toThrow('one of up | down, got "odd"');
    expect(note(`<constructor xmlns='${CHAT_STATES}'/>`).state).toBeUndefined();
  });

  it('writes an empty child where the old one was, and leaves others of the namespace', () => {
    const view = note(`<a/><up xmlns='${OTHER}'>x</up><text xmlns='${OTHER}'/><down xmlns='${OTHER}'/>`);
    view.strict = 'down';
    expect(view.toString()).toBe(`<note xmlns='${NS}'><a/><down xmlns='${OTHER}'/><text xmlns='${OTHER}'/></note>`);
    view.strict = undefined;
    expect(view.toString()).toBe(`<note xmlns='${NS}'><a/><text xmlns='${OTHER}'/></note>`);
    expect(() => view.set({ strict: 'odd' as never })).toThrow(TypeError);
    expect(new Note({ state: 'gone' }).toString()).toBe(`<note xmlns='${NS}'><gone xmlns='${CHAT_STATES}'/></note>`);
  });

  it('does not write to what was received', () => {
    const view = received(Note, `<note xmlns='${NS}'><gone xmlns='${CHAT_STATES}'/></note>`);
    expect(() => {
      view.state = 'active';
    }).toThrow('read-only');
  });
});
