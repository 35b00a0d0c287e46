import { SeededRandom } from '@sestina/testing';
import { type Player, Scene, type Subject } from './player.js';
import { get, presence, set } from './plays.js';

const TYPES = ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'] as const;
const PEOPLE = ['alice', 'bob', 'carol'] as const;

/** A play of a seed: who asks, allows, refuses, comes and goes. Gives what was heard, of each step in no order. */
export async function improvise(subject: Subject, seed: number, steps: number): Promise<string> {
  const random = new SeededRandom(seed);
  const scene = new Scene(subject);
  const sessions = new Map<string, Player>();
  try {
    for (const name of PEOPLE) {
      await scene.account(name);
      sessions.set(`${name}/one`, await scene.online(`${name}/one`));
    }
    for (let step = 0; step < steps; step++) await improviseStep(scene, sessions, random);
  } finally {
    scene.end();
  }
  return scene.unordered;
}

async function improviseStep(scene: Scene, sessions: Map<string, Player>, random: SeededRandom): Promise<void> {
  const name = random.pick(PEOPLE);
  const other = await scene.account(random.pick(PEOPLE.filter((it) => it !== name)));
  const who = `${name}/${random.pick(['one', 'one', 'two'])}`;
  const player = sessions.get(who);
  const kind = random.integer(20);
  if (!player) {
    sessions.set(who, await scene.login(who));
    const session = sessions.get(who) as Player;
    await scene.act(session, 'comes and asks for the roster', get());
    await scene.act(session, 'is there', '<presence/>');
  } else if (kind < 13) {
    const type = random.pick(TYPES);
    await scene.act(player, `${type} to ${scene.name(other)}`, presence(type, other));
  } else if (kind < 14) {
    await scene.act(player, `removes ${scene.name(other)}`, set(`<item jid='${other}' subscription='remove'/>`));
  } else if (kind < 15) {
    await scene.act(player, `names ${scene.name(other)}`, set(`<item jid='${other}' name='N${random.integer(9)}'/>`));
  } else if (kind < 17)
    await scene.act(player, 'is there', `<presence><priority>${random.integer(3)}</priority></presence>`);
  else if (kind < 18) await scene.act(player, 'is not there', "<presence type='unavailable'/>");
  else if (kind < 19) await scene.act(player, `probes ${scene.name(other)}`, presence('probe', other));
  else {
    player.drop();
    sessions.delete(who);
    await scene.note(`${who} is cut off`);
  }
}
