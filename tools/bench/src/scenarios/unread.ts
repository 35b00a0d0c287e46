import { pluginPackages } from '../harness/files.js';
import type { Case, Contender, Scenario, Target } from '../harness/types.js';
import { writeCorpus } from './corpus.js';

const KINDS = ['message', 'presence', 'iq'] as const;

/** What the contender says for `verify`. */
interface Unread {
  /** Stanzas that came to a handler. */
  readonly count: number;
  /** Views that were made of each, its own among them. */
  readonly views: number;
  /** What reading one field more added to the fields read and the values decoded. */
  readonly control: readonly number[];
}

/** (j): what is looked at in a stanza that nobody reads. */
export const unread: Scenario = {
  id: 'j',
  title: 'a stanza that no handler reads',
  async prepare({ directory }) {
    const { file, corpus } = await writeCorpus(directory, 2_100);
    const plugins = await pluginPackages();
    const caseOf = (title: string, packages: readonly string[], targets: readonly Target[] = []): Case => ({
      title: `${title}, calls of each function as V8 counts them`,
      base: 'message',
      metrics: [
        { id: 'fields', label: 'fields read', unit: 'per stanza', compared: false },
        { id: 'decoded', label: 'values decoded', unit: 'per stanza', compared: false },
        { id: 'views', label: "views made, the stanza's own not counted", unit: 'per stanza', compared: false },
      ],
      contenders: KINDS.map(
        (kind): Contender => ({
          name: kind,
          script: new URL('../contenders/unread-sestina.ts', import.meta.url),
          config: { corpus: file, kind, plugins: packages },
        }),
      ),
      targets,
      verify(checks) {
        for (const kind of KINDS) {
          const sent = corpus.stanzas.filter((text) => text.startsWith(`<${kind}`)).length;
          const said = checks.get(kind) as Unread | undefined;
          if (said) verifyUnread(kind, sent, said);
        }
      },
    });
    const nothing = ['fields', 'decoded', 'views'].map((metric) => ({
      metric,
      contender: 'message',
      absolute: true,
      atMost: 0,
    }));
    return { cases: [caseOf('no plugin', [], nothing), caseOf(`${plugins.length} plugin packages`, plugins)] };
  },
};

/** All have to have been handled, and what was counted has to be what counts; what plugins do now and then is in there too. */
export function verifyUnread(kind: string, sent: number, { count, views, control }: Unread): void {
  // Answers to what plugins ask come on top.
  if (count < sent) throw new Error(`${count} of ${sent} stanzas <${kind}/> were handled`);
  if (views < 1 || control.some((each) => Math.abs(each - 1) > 0.5)) {
    throw new Error(`<${kind}/>: the counters miss calls: ${views} views, ${control.join(' and ')} of a field read`);
  }
}
