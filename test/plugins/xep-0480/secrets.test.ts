import { ScriptedStream } from '@sestina/testing';
import { NS_SCRAM_UPGRADE } from '@sestina/xep-0480';
import { expect, it } from 'vitest';

it.each(['hash', 'salt'])('what is as good as the password is shown to no tracer: <%s/>', async (name) => {
  const shown: string[] = [];
  const note = (element: unknown): void => void shown.push(String(element));
  const stream = await ScriptedStream.start({ options: { tracer: { incoming: note, outgoing: note } } });
  await stream.recv(`<message from='a@b.c'><${name} xmlns='${NS_SCRAM_UPGRADE}'>c2VjcmV0</${name}></message>`);
  expect(shown.join('')).toContain(`<${name}`);
  expect(shown.join('')).not.toContain('c2VjcmV0');
  await stream.close();
});
