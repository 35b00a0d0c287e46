import { Scene, type Subject } from './player.js';
import { PLAYS } from './plays.js';

/** Plays one, and gives what was heard. */
export async function perform(subject: Subject, title: string): Promise<string> {
  const play = PLAYS[title];
  if (!play) throw new Error(`there is no play '${title}'`);
  const scene = new Scene(subject);
  try {
    await play(scene);
  } finally {
    scene.end();
  }
  return scene.transcript;
}
