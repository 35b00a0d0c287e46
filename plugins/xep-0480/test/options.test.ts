import { ScriptedStream, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { NS_SCRAM_UPGRADE, SaslUpgradeOptions } from '../src/index.js';

const streams = useStreams(afterEach);

describe('the options of an upgrade', () => {
  it('are careful by default', () => {
    expect({ ...new SaslUpgradeOptions() }).toEqual({ enabled: true, requireChannelBinding: true });
  });
});

describe('what is as good as the password', () => {
  it.each(['hash', 'salt'])('is shown to no tracer: <%s/>', async (name) => {
    const shown: string[] = [];
    const note = (element: unknown): void => void shown.push(String(element));
    const stream = streams.keep(
      await ScriptedStream.start({ options: { tracer: { incoming: note, outgoing: note } } }),
    );
    await stream.recv(`<message from='a@b.c'><${name} xmlns='${NS_SCRAM_UPGRADE}'>c2VjcmV0</${name}></message>`);
    expect(shown.join('')).toContain(`<${name}`);
    expect(shown.join('')).not.toContain('c2VjcmV0');
  });
});
