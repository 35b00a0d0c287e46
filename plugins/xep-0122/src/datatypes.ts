/** What is known of a datatype: which texts are of it, and how two of them compare. */
export interface Datatype {
  readonly is: (text: string) => boolean;
  /** A number for which less is less; undefined where there is no order. */
  readonly order?: ((text: string) => bigint | number | undefined) | undefined;
}

// More digits than this nobody means, and to compare them would take long.
const MAX_LENGTH = 1_024;

const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
const DOUBLE = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN)$/;
const ZONE = '(Z|[+-](?:0\\d|1[0-4]):[0-5]\\d)?';
const DATE = new RegExp(`^(-?\\d{4,9}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01]))${ZONE}$`);
const TIME = new RegExp(`^((?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?)${ZONE}$`);
const DATE_TIME =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?)(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

const toInteger = (text: string): bigint => BigInt(text.startsWith('+') ? text.slice(1) : text);

/** Whole numbers from `min` to `max`. `007` and `+7` are some. */
function integers(min?: bigint, max?: bigint): Datatype {
  const is = (text: string): boolean => {
    if (!INTEGER.test(text)) return false;
    const value = toInteger(text);
    return (min === undefined || value >= min) && (max === undefined || value <= max);
  };
  return { is, order: toInteger };
}

function matching(pattern: RegExp, order?: Datatype['order']): Datatype {
  return { is: (text) => pattern.test(text), order };
}

function toDouble(text: string): number {
  return Number(text.replace('INF', 'Infinity'));
}

/** The instant; undefined for a day that no month has. Without a zone, that of UTC is meant. */
function instant(date: string, time: string, zone = 'Z'): number | undefined {
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.getUTCDate() !== Number(date.slice(-2))) return undefined;
  const at = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(at) ? undefined : at;
}

function moments(read: (text: string) => number | undefined): Datatype {
  return { is: (text) => read(text) !== undefined, order: read };
}

const dateTime = moments((text) => {
  const [, date, time, zone] = DATE_TIME.exec(text) ?? [];
  return date === undefined || time === undefined ? undefined : instant(date, time, zone);
});
const date = moments((text) => {
  const [, day, zone] = DATE.exec(text) ?? [];
  return day === undefined ? undefined : instant(day, '00:00:00', zone);
});
const time = moments((text) => {
  const [, clock, zone] = TIME.exec(text) ?? [];
  return clock === undefined ? undefined : instant('2000-01-01', clock, zone);
});

const between = (min: number, max: number): Datatype => ({
  is: (text) => DECIMAL.test(text) && Number(text) >= min && Number(text) <= max,
  order: Number,
});

const power = (bits: number): bigint => 2n ** BigInt(bits);
const signed = (bits: number): Datatype => integers(-power(bits - 1), power(bits - 1) - 1n);
const unsigned = (bits: number): Datatype => integers(0n, power(bits) - 1n);
const NAME = /^[\p{L}_:][\p{L}\p{N}\p{M}._:-]*$/u;
const NC_NAME = /^[\p{L}_][\p{L}\p{N}\p{M}._-]*$/u;

const DATATYPES: ReadonlyMap<string, Datatype> = new Map<string, Datatype>([
  ['xs:boolean', matching(/^(?:true|false|1|0)$/)],
  ['xs:decimal', matching(DECIMAL, Number)],
  ['xs:double', matching(DOUBLE, toDouble)],
  ['xs:float', matching(DOUBLE, toDouble)],
  ['xs:integer', integers()],
  ['xs:long', signed(64)],
  ['xs:int', signed(32)],
  ['xs:short', signed(16)],
  ['xs:byte', signed(8)],
  ['xs:unsignedLong', unsigned(64)],
  ['xs:unsignedInt', unsigned(32)],
  ['xs:unsignedShort', unsigned(16)],
  ['xs:unsignedByte', unsigned(8)],
  ['xs:nonNegativeInteger', integers(0n)],
  ['xs:positiveInteger', integers(1n)],
  ['xs:nonPositiveInteger', integers(undefined, 0n)],
  ['xs:negativeInteger', integers(undefined, -1n)],
  ['xs:dateTime', dateTime],
  ['xs:date', date],
  ['xs:time', time],
  ['xs:gYear', matching(/^-?\d{4,9}$/, Number)],
  ['xs:gYearMonth', matching(/^-?\d{4,9}-(?:0[1-9]|1[0-2])$/)],
  ['xs:gMonth', matching(/^--(?:0[1-9]|1[0-2])$/)],
  ['xs:gMonthDay', matching(/^--(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/)],
  ['xs:gDay', matching(/^---(?:0[1-9]|[12]\d|3[01])$/)],
  [
    'xs:duration',
    matching(/^-?P(?=[\dT])(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/),
  ],
  ['xs:language', matching(/^[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*$/)],
  ['xs:anyURI', matching(/^[^\s<>"{}|\\^`]*$/)],
  ['xs:hexBinary', matching(/^(?:[0-9a-fA-F]{2})*$/)],
  ['xs:base64Binary', matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/)],
  ['xs:Name', matching(NAME)],
  ['xs:NCName', matching(NC_NAME)],
  ['xs:ID', matching(NC_NAME)],
  ['xs:IDREF', matching(NC_NAME)],
  ['xs:QName', matching(NAME)],
  ['xs:NMTOKEN', matching(/^[\p{L}\p{N}\p{M}._:-]+$/u)],
  ['pubsub:integer-or-max', { is: (text) => text === 'max' || INTEGER.test(text), order: orMax }],
  ['geo:lat', between(-90, 90)],
  ['geo:lon', between(-180, 180)],
]);

function orMax(text: string): bigint | number {
  return text === 'max' ? Number.POSITIVE_INFINITY : toInteger(text);
}

/** The datatype of that name; undefined for text, and for what nobody knows, which counts as text (§4.1). */
export function datatypeOf(name: string): Datatype | undefined {
  const found = DATATYPES.get(name);
  return found && { is: (text) => text.length <= MAX_LENGTH && found.is(text), order: found.order };
}
