import { declarePlacement, element, extend, type Field, LangMap, Message, ownText } from '@sestina/core';

/** The namespace, which is the feature, too. */
export const NS_SPOILER = 'urn:xmpp:spoiler:0';

/** `<spoiler/>`: what a message says is hidden until its reader asks for it (XEP-0382 §3). */
export class Spoiler extends element('spoiler', NS_SPOILER, {
  /** What it is about, without giving it away; empty where nothing is said. */
  hint: ownText(),
}) {}

// What it is about is for who may read the rest.
declarePlacement(Spoiler, 'inside');

/** More than anybody writes, and few enough to be compared with each other. */
const MAX_LANGUAGES = 100;

type Xml = Message['xml'];

const found = (xml: Xml): Xml[] => xml.childrenNamed(Spoiler.tag, NS_SPOILER);
const ownLang = (xml: Xml): string => xml.lang ?? xml.origin?.lang ?? '';
const isLang = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const isOwn = (child: Xml, xml: Xml): boolean => isLang(child.lang ?? ownLang(xml), ownLang(xml));

function add(xml: Xml, hint: string, lang?: string): void {
  const child = new Spoiler({ hint }).xml;
  if (lang !== undefined && !isLang(lang, xml.lang ?? '')) child.setAttribute('xml:lang', lang);
  xml.append(child);
}

const spoiler: Field<string | undefined> = {
  get: (xml) => {
    const all = found(xml);
    return (all.find((child) => isOwn(child, xml)) ?? all[0])?.text;
  },
  set: (xml, hint) => {
    const old = found(xml).find((child) => isOwn(child, xml));
    if (hint === undefined) for (const child of found(xml)) xml.remove(child);
    else if (old) old.text = hint;
    else add(xml, hint);
  },
};

// Said here, since the name of what is written is none that others can import.
type Hints = Iterable<readonly [lang: string, hint: string]> | Readonly<Record<string, string>> | undefined;

const spoilers: Field<LangMap, Hints> = {
  get: (xml) => {
    const all = found(xml);
    const own = all.find((child) => isOwn(child, xml));
    const hints = new Map<string, [lang: string, hint: string]>();
    // The one in the language of the message stands first: it is what they are told who want none of these languages.
    for (const child of own ? [own, ...all] : all) {
      const lang = child.lang ?? ownLang(xml);
      const key = lang.toLowerCase();
      if (hints.size < MAX_LANGUAGES && !hints.has(key)) hints.set(key, [lang, child.text]);
    }
    return new LangMap(hints.values());
  },
  set: (xml, hints) => {
    // Before the old ones are gone: they may be what is written.
    const all = [...new LangMap(hints ?? [])];
    for (const child of found(xml)) xml.remove(child);
    for (const [lang, hint] of all) add(xml, hint, lang);
  },
};

declare module '@sestina/core' {
  interface Message {
    /**
     * What is hidden is about this, in the language of the message or else the first that there is; empty where nothing is said of it, and
     * undefined where nothing is hidden (XEP-0382). Undefined written to it uncovers the message.
     */
    spoiler: string | undefined;
    /** The same in all languages. A snapshot: assign to change it. */
    get spoilers(): LangMap;
    set spoilers(hints: Hints);
  }
}

extend(Message, { spoiler, spoilers }, NS_SPOILER);
