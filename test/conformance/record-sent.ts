import { appendFileSync } from 'node:fs';
import { ScriptedStream } from '@sestina/testing';
import { afterEach, expect } from 'vitest';

// Notes everything that the connections of a test have sent, for test/conformance/sent.ts.
const path = process.env['SESTINA_SENT'];
const streams: ScriptedStream[] = [];
const start = ScriptedStream.start;
ScriptedStream.start = async (...options) => {
  const stream = await start.apply(ScriptedStream, options);
  streams.push(stream);
  return stream;
};

afterEach(() => {
  const folder = /plugins\/([^/]+)\/test/.exec(expect.getState().testPath ?? '')?.[1];
  for (const { sent } of streams.splice(0)) {
    if (!path || !folder) continue;
    for (const xml of sent) appendFileSync(path, `${JSON.stringify({ folder, xml: xml.toString() })}\n`);
  }
});
