// What is longer, or becomes more than that, is not looked at: it is the word of somebody else.
const MAX_PATTERN = 256;
const MAX_STATES = 1_000;
const MAX_BUILDS = 20_000;
const MAX_STEPS = 4_000_000;

type Test = (code: number) => boolean;
type Node =
  | { readonly kind: 'char'; readonly test: Test; readonly cost?: number }
  | { readonly kind: 'cat' | 'or'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly inner: Node; readonly min: number; readonly max: number };

/** A pattern that says in linear time whether it is what a text is, all of it; made by `compile()`. */
export interface Pattern {
  /** Undefined where that would take longer than the budget lasts. */
  matches(text: string, budget?: Budget): boolean | undefined;
}

/** How much may be looked at, of all values of a form together. */
export class Budget {
  steps = MAX_STEPS;
}

/**
 * A POSIX extended regular expression: `.`, `[…]` with ranges and classes, `(…)`, `|`, `*`, `+`, `?`, `{m,n}`, and what is escaped. No
 * references, nothing that looks ahead. Undefined for any other, and for what is too large. It is never made a `RegExp`.
 */
export function compile(pattern: string): Pattern | undefined {
  if (pattern.length > MAX_PATTERN) return undefined;
  try {
    const parser = new PatternParser([...pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')]);
    const program = new Program(parser.parse());
    return { matches: (text, budget = new Budget()) => program.matches(text, budget) };
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

class Unsupported extends Error {}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[\p{L}\p{N}]/u,
  alpha: /\p{L}/u,
  blank: /[ \t]/,
  cntrl: /\p{Cc}/u,
  digit: /\d/,
  graph: /[^\s\p{C}]/u,
  lower: /\p{Ll}/u,
  print: /[^\p{C}]/u,
  punct: /[\p{P}\p{S}]/u,
  space: /\s/,
  upper: /\p{Lu}/u,
  xdigit: /[0-9A-Fa-f]/,
};

class PatternParser {
  readonly #text: readonly string[];
  #at = 0;

  constructor(text: readonly string[]) {
    this.#text = text;
  }

  parse(): Node {
    const node = this.#choice(0);
    if (this.#at < this.#text.length) throw new Unsupported();
    return node;
  }

  #choice(depth: number): Node {
    if (depth > 32) throw new Unsupported();
    const parts = [this.#sequence(depth)];
    while (this.#take('|')) parts.push(this.#sequence(depth));
    return { kind: 'or', parts };
  }

  #sequence(depth: number): Node {
    const parts: Node[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      parts.push(this.#repeated(this.#atom(depth)));
    }
    return { kind: 'cat', parts };
  }

  #repeated(inner: Node): Node {
    let node = inner;
    for (;;) {
      if (this.#take('*')) node = { kind: 'repeat', inner: node, min: 0, max: Number.POSITIVE_INFINITY };
      else if (this.#take('+')) node = { kind: 'repeat', inner: node, min: 1, max: Number.POSITIVE_INFINITY };
      else if (this.#take('?')) node = { kind: 'repeat', inner: node, min: 0, max: 1 };
      else if (this.#take('{')) node = { kind: 'repeat', inner: node, ...this.#bounds() };
      else return node;
    }
  }

  #bounds(): { min: number; max: number } {
    const min = this.#number();
    const max = this.#take(',') ? (this.#peek() === '}' ? Number.POSITIVE_INFINITY : this.#number()) : min;
    if (!this.#take('}') || max < min || min > MAX_STATES || (max > MAX_STATES && max !== Number.POSITIVE_INFINITY))
      throw new Unsupported();
    return { min, max };
  }

  #number(): number {
    let digits = '';
    for (let next = this.#peek(); next !== undefined && /\d/.test(next); next = this.#peek()) digits += this.#next();
    if (digits === '' || digits.length > 4) throw new Unsupported();
    return Number(digits);
  }

  #atom(depth: number): Node {
    const next = this.#next();
    if (next === '(') {
      if (this.#peek() === '?') throw new Unsupported();
      const inner = this.#choice(depth + 1);
      if (!this.#take(')')) throw new Unsupported();
      return inner;
    }
    if (next === '[') return this.#set();
    if (next === '.') return { kind: 'char', test: () => true };
    if ('*+?{^$'.includes(next)) throw new Unsupported();
    const literal = next === '\\' ? this.#escaped() : next;
    const code = literal.codePointAt(0);
    return { kind: 'char', test: (other) => other === code };
  }

  #escaped(): string {
    const next = this.#next();
    // Letters and digits mean something in other dialects.
    if (/[\p{L}\p{N}]/u.test(next)) throw new Unsupported();
    return next;
  }

  #set(): Node {
    const negated = this.#take('^');
    const tests: Test[] = [];
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      const from = this.#next();
      if (from === '[' && this.#take(':')) {
        tests.push(this.#class());
        continue;
      }
      if (from === '[' && (this.#peek() === '=' || this.#peek() === '.')) throw new Unsupported();
      const low = from.codePointAt(0) as number;
      let high = low;
      if (this.#peek() === '-' && this.#text[this.#at + 1] !== ']') {
        this.#next();
        high = this.#next().codePointAt(0) as number;
        if (high < low) throw new Unsupported();
      }
      tests.push((code) => code >= low && code <= high);
    }
    this.#next();
    return { kind: 'char', test: (code) => tests.some((test) => test(code)) !== negated, cost: tests.length };
  }

  #class(): Test {
    let name = '';
    while (this.#peek() !== ':') name += this.#next();
    this.#next();
    const pattern = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
    if (!pattern || !this.#take(']')) throw new Unsupported();
    return (code) => pattern.test(String.fromCodePoint(code));
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #next(): string {
    const next = this.#text[this.#at];
    if (next === undefined) throw new Unsupported();
    this.#at += 1;
    return next;
  }

  #take(wanted: string): boolean {
    if (this.#text[this.#at] !== wanted) return false;
    this.#at += 1;
    return true;
  }
}

/** States that are all followed at once: no text makes it go back. */
class Program {
  readonly #tests: (Test | undefined)[] = []; // bound: MAX_STATES
  readonly #nexts: number[][] = []; // bound: MAX_STATES
  readonly #costs: number[] = []; // bound: MAX_STATES
  #builds = 0;
  readonly #start: number;
  readonly #end: number;

  constructor(root: Node) {
    this.#end = this.#state(undefined, []);
    this.#start = this.#build(root, this.#end);
  }

  matches(text: string, budget: Budget): boolean | undefined {
    const marks = new Uint32Array(this.#tests.length);
    let round = 1;
    let current: number[] = [];
    const follow = (state: number, into: number[]): void => {
      const stack = [state];
      for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
        if (marks[at] === round) continue;
        marks[at] = round;
        budget.steps -= 1;
        if (this.#tests[at] || at === this.#end) into.push(at);
        else stack.push(...(this.#nexts[at] ?? []));
      }
    };
    follow(this.#start, current);
    for (const character of text) {
      if (budget.steps < 0) return undefined;
      const code = character.codePointAt(0) as number;
      const next: number[] = [];
      round += 1;
      for (const state of current) {
        budget.steps -= this.#costs[state] ?? 1;
        if (this.#tests[state]?.(code)) follow(this.#nexts[state]?.[0] as number, next);
      }
      if (next.length === 0) return false;
      current = next;
    }
    return current.includes(this.#end);
  }

  #state(test: Test | undefined, nexts: number[], cost = 1): number {
    if (this.#tests.length >= MAX_STATES) throw new Unsupported();
    this.#tests.push(test);
    this.#costs.push(cost);
    this.#nexts.push(nexts);
    return this.#tests.length - 1;
  }

  /** The state in which that begins which goes on with `then`. */
  #build(node: Node, then: number): number {
    // What is repeated no time takes no state, and may itself be repeated as often as somebody likes.
    this.#builds += 1;
    if (this.#builds > MAX_BUILDS) throw new Unsupported();
    switch (node.kind) {
      case 'char':
        return this.#state(node.test, [then], node.cost);
      case 'cat':
        return node.parts.reduceRight((after, part) => this.#build(part, after), then);
      case 'or':
        return this.#state(
          undefined,
          node.parts.map((part) => this.#build(part, then)),
        );
      default:
        return this.#repeat(node, then);
    }
  }

  #repeat({ inner, min, max }: Extract<Node, { kind: 'repeat' }>, then: number): number {
    let at = then;
    if (max === Number.POSITIVE_INFINITY) {
      const loop = this.#state(undefined, [then]);
      this.#nexts[loop]?.push(this.#build(inner, loop));
      at = loop;
    } else {
      for (let count = min; count < max; count++) at = this.#state(undefined, [then, this.#build(inner, at)]);
    }
    for (let count = 0; count < min; count++) at = this.#build(inner, at);
    return at;
  }
}
