import { ConfigError, SestinaError } from '@sestina/core';
import { inWorld } from './living.js';
import type { Subject } from './world.js';

/** `Audience` of core: an option whose default is one of these takes one of these, or a function. */
const AUDIENCES: readonly unknown[] = ['account', 'contacts', 'everybody', 'nobody'];

/** Values that cannot be meant, by what the default is. */
function badValues(value: unknown): readonly unknown[] {
  if (typeof value === 'boolean') return ['yes', 1, null];
  if (typeof value === 'number') return [Number.NaN, -1, '5', null];
  if (AUDIENCES.includes(value)) return ['somebody', 1, true, null];
  if (typeof value === 'string') return [5, {}, null];
  return [];
}

/** Options with values that cannot be meant are refused, by an error that names them. */
export async function refusesBadOptions(subject: Subject): Promise<void> {
  const { cls, declaration } = subject;
  const defaults = Object.entries(new cls.Options());
  await inWorld(subject, {}, async (world) => {
    const before = await world.list();
    for (const [name, value] of defaults) {
      const special = declaration.refused?.[name];
      const bad = [...(special ?? []), ...badValues(value)];
      if (bad.length === 0) throw world.broken(`nothing is wrong for its option ${name}: say what, under refused`);
      for (const wrong of bad) {
        const shown = typeof wrong === 'string' ? `'${wrong}'` : String(wrong);
        let refusal: unknown;
        try {
          world.xmpp.use(cls, { ...declaration.options, [name]: wrong });
          await world.remove();
        } catch (error) {
          refusal = error;
        }
        if (refusal === undefined) throw world.broken(`it takes ${shown} for its option ${name}`);
        const named = refusal instanceof ConfigError ? refusal.option : String(refusal);
        if (!(refusal instanceof SestinaError && named.includes(name)))
          throw world.broken(`what refuses ${shown} does not name its option ${name}: ${refusal}`, { cause: refusal });
        await world.expectNothingBeyond(before, `refused because of its option ${name} it`);
      }
    }
  });
}
