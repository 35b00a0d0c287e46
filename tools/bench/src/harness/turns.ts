import { ContenderProcess } from './contender-process.js';
import { reasonOf } from './errors.js';
import type { Case, Contender, Figures, Sample } from './types.js';

/** What turns came to: of each contender its samples, in the order of the turns, and what became of those that failed. */
export interface TurnSamples {
  readonly samples: ReadonlyMap<string, readonly (Sample | undefined)[]>;
  readonly failed: Readonly<Record<string, string>>;
}

/** How turns are taken. */
export interface TurnOptions {
  readonly turns: number;
  /** Node.js options for a contender. */
  flagsOf(contender: Contender): readonly string[];
  progress(text: string): void;
}

interface Player {
  readonly contender: Contender;
  readonly process: ContenderProcess;
  /** Of each turn; undefined where it did not take part. */
  readonly turns: (Figures | undefined)[];
}

/**
 * Runs the contenders of a case side by side: each warms up, then they work in turns, in another order each time. What disturbs the
 * machine for longer than a turn disturbs all of them. One that fails is left out from then on.
 * @throws Error where the contenders did not do the same work.
 */
export async function takeTurns(each: Case, { turns, flagsOf, progress }: TurnOptions): Promise<TurnSamples> {
  const failed: Record<string, string> = {};
  const players = new Map<string, Player>();
  try {
    const attempt = async (player: Player, what: () => Promise<void>): Promise<void> => {
      try {
        await what();
      } catch (error) {
        const { name } = player.contender;
        failed[name] = reasonOf(error);
        player.process[Symbol.dispose]();
        players.delete(name);
      }
    };
    for (const contender of each.contenders) {
      progress(`${each.title}: ${contender.name} warms up`);
      const player = { contender, process: new ContenderProcess(contender, flagsOf(contender)), turns: [] };
      players.set(contender.name, player);
      await attempt(player, () => player.process.ready());
    }
    for (let turn = 0; turn < turns; turn++) {
      progress(`${each.title}: turn ${turn + 1} of ${turns}`);
      const all = [...players.values()];
      for (let i = 0; i < all.length; i++) {
        const player = all[(i + turn) % all.length] as Player;
        const takesPart = turn % (player.contender.every ?? 1) === 0;
        await attempt(player, async () => {
          player.turns[turn] = takesPart ? await player.process.turn() : undefined;
        });
      }
    }
    const ends = new Map<string, Sample>();
    for (const [name, player] of [...players]) {
      await attempt(player, async () => {
        ends.set(name, await player.process.end());
      });
    }
    each.verify?.(new Map([...ends].map(([name, { check }]) => [name, check])));
    const samples = new Map(
      [...players].map(([name, { turns: all }]) => [name, all.map((values) => values && { values })] as const),
    );
    return { samples, failed };
  } finally {
    for (const { process } of players.values()) process[Symbol.dispose]();
  }
}
