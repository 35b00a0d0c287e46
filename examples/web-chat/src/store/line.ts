/** How far a message of ours has come. `waiting`: it goes out as soon as it can. */
export type Delivery = 'displayed' | 'failed' | 'received' | 'sent' | 'waiting';

/** Each state counts for those before it: who has read something has got it. */
const PROGRESS: readonly Delivery[] = ['waiting', 'sent', 'received', 'displayed'];

/** Who has said something. */
export interface Speaker {
  /** What tells two of them apart: a bare address, or that of an occupant of a room. */
  readonly id: string;
  readonly name: string;
}

/** A file that somebody shares. What is said of it is its sender's word. */
export interface Attachment {
  readonly name: string;
  readonly type: string;
  /** Bytes; undefined where nobody has said. */
  readonly size: number | undefined;
  /** Where the file is fetched from, to be shown. */
  readonly url: string | undefined;
}

/** A file of ours on its way up. */
export interface Upload {
  readonly name: string;
  readonly size: number;
  /** Bytes that are gone. */
  sent: number;
}

/** Who reacts with an emoji. */
export interface Reaction {
  readonly names: readonly string[];
  readonly mine: boolean;
}

/** What a message says, which a correction changes. */
export interface Words {
  readonly text: string;
  /** Signs such as `*` are to be shown as they are. */
  readonly unstyled: boolean;
  /** The key of the line that this one answers. */
  readonly answers: string | undefined;
}

/** One message of a conversation. */
export interface Line extends Words {
  /** Of all lines no two have the same. */
  readonly key: string;
  readonly mine: boolean;
  readonly speaker: Speaker;
  readonly at: Date;
  /** Which comes first of two with one time: archives know seconds alone. */
  readonly order: number;
  /** Only of ours. */
  readonly state: Delivery;
  /** Why it has failed. */
  readonly reason: string;
  /** Why what was wanted of it could not be done. */
  readonly refused: string;
  readonly edited: boolean;
  readonly retracted: boolean;
  readonly reactions: ReadonlyMap<string, Reaction>;
  readonly files: readonly Attachment[];
  readonly upload: Upload | undefined;
}

/** What a line has that nothing was said of. */
export const PLAIN = {
  text: '',
  unstyled: false,
  answers: undefined,
  state: 'sent',
  reason: '',
  refused: '',
  edited: false,
  retracted: false,
  reactions: new Map(),
  files: [],
  upload: undefined,
} as const satisfies Partial<Line>;

/** Whether a message has come further than was known. What failed has not come anywhere, unless the other side has it. */
export function isProgress(from: Delivery, to: Delivery): boolean {
  if (from === 'failed') return to === 'received' || to === 'displayed';
  return PROGRESS.indexOf(to) > PROGRESS.indexOf(from);
}
