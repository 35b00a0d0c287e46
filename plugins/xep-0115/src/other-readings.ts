import type { DiscoInfo } from '@sestina/xep-0030';
import { compareOctets } from './octets.js';

// Category and type are words of a registry, and the name may be anything: XEP-0115 §5.1 hashes them like that. Features are URIs.
const IDENTITY = /^[^/:]+\/[^/:]+\/[a-z0-9-]*\//i;

// More than anybody has in forms: it is not worth the look.
const MAX_PARTS = 1_000;

/**
 * Whether what is hashed could have come from an honest answer with more features. The text does not say where identities end and
 * features begin, nor where those end and a form begins (XEP-0115 §9.3): the hash is right, too, for whoever moves somebody's last
 * features into a form, or makes a feature of an identity.
 * @param forms What is hashed of each form: its FORM_TYPE first.
 */
export function hasOtherReading(info: DiscoInfo, forms: readonly (readonly string[])[]): boolean {
  const identities = [...info.identities].map(({ xml }) =>
    [xml.attribute('category') ?? '', xml.attribute('type') ?? '', xml.lang ?? '', ''].join('/'),
  );
  if (identities.length === 0 || !identities.every((kind) => IDENTITY.test(kind))) return true;
  const { features } = info;
  if (features.some((feature) => IDENTITY.test(feature))) return true;
  const last = [...features].sort(compareOctets).at(-1);
  const types = new Set(forms.map(([type]) => type));
  // That of an honest form is a namespace (XEP-0068 §3.1); what was told for one here is one in any case.
  return couldBeFeatures(forms.flat(), last, (part) => part.includes(':') || types.has(part));
}

const follows = (part: string, before: string | undefined): boolean =>
  before === undefined || compareOctets(part, before) > 0;
const mayStandBehind = (part: string, before: string | undefined): boolean =>
  before === undefined || compareOctets(part, before) >= 0;

/** What the last part may have been: each with the lowest bounds that what comes next may have then. */
interface Readings {
  /** A feature. */
  feature?: string | undefined;
  /** The FORM_TYPE of a form. */
  type?: string | undefined;
  /** The name of a field, in a form of that type. */
  name?: { readonly type: string; readonly name: string } | undefined;
  /** A value, of the field of that name. */
  value?: { readonly type: string; readonly name: string; readonly value: string } | undefined;
}

const lower = (a: string, b: string): string => (compareOctets(a, b) < 0 ? a : b);

/** Whether the first of these parts, or more of them, could be features as well, and the rest forms. Rather yes than no. */
function couldBeFeatures(
  [first, ...rest]: readonly string[],
  last: string | undefined,
  isType: (part: string) => boolean,
): boolean {
  if (first === undefined || !follows(first, last)) return false;
  if (rest.length > MAX_PARTS) return true;
  let readings: Readings = { feature: first };
  for (const part of rest) {
    readings = continued(readings, part, isType(part));
    if (Object.values(readings).every((reading) => reading === undefined)) return false;
  }
  return true;
}

function continued({ feature, type, name, value }: Readings, part: string, isType: boolean): Readings {
  const next: Readings = {};
  if (feature !== undefined && follows(part, feature)) next.feature = part;
  const types = [type, name?.type, value?.type].filter((each) => each !== undefined);
  if (isType && (feature !== undefined || types.some((each) => follows(part, each)))) next.type = part;
  const named = [name, value].filter((field) => field !== undefined && mayStandBehind(part, field.name));
  const forms = [type, ...named.map((field) => field?.type)].filter((each) => each !== undefined);
  if (forms.length > 0) next.name = { type: forms.reduce(lower), name: part };
  const fields = [name, value && mayStandBehind(part, value.value) ? value : undefined].filter(
    (field) => field !== undefined,
  );
  if (fields.length > 0) {
    const [types, names] = [fields.map((field) => field.type), fields.map((field) => field.name)];
    next.value = { type: types.reduce(lower), name: names.reduce(lower), value: part };
  }
  return next;
}
