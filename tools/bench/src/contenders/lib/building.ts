import { config, finish, type Repeats, timed } from './sample.js';

/** What differs from message to message. */
export interface Draft {
  readonly to: string;
  readonly id: string;
  readonly body: string;
}

interface BuildConfig extends Repeats {
  readonly count: number;
}

function draft(i: number): Draft {
  const to = `romeo${i % 200}@montague.example/orchard`;
  return { to, id: `m${i}`, body: `Neither, fair saint, if <either> thee dislike & so on ${i}` };
}

/** Measures draft → text for one library, prints the sample and ends the process. */
export async function measureBuilding(write: (draft: Draft) => string): Promise<void> {
  const options = config<BuildConfig>();
  const drafts = Array.from({ length: options.count }, (_, i) => draft(i));
  let characters = 0;
  await timed(
    options,
    () => {
      for (const each of drafts) characters += write(each).length;
    },
    (milliseconds) => ({ us: (milliseconds * 1_000) / options.count }),
  );
  if (characters === 0) throw new Error('nothing was written');
  finish({}, { first: write(draft(0)), second: write(draft(1)) });
}
