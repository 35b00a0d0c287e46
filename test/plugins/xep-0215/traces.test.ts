import { ScriptedStream } from '@sestina/testing';
import { ExternalServices, NS_EXTDISCO } from '@sestina/xep-0215';
import { expect, it } from 'vitest';
import { RecordingLogger, RecordingTracer } from '../../support/recorders.js';

it('passwords of relays are in no trace and in no log, also where the answer is not what was asked for', async () => {
  const [tracer, logger] = [new RecordingTracer(), new RecordingLogger()];
  const stream = await ScriptedStream.start({ plugins: [ExternalServices], options: { tracer, logger } });
  const { xmpp } = stream;
  const services = xmpp.plugin(ExternalServices);
  const watch = services.watch();
  await stream.recvResult(
    await stream.nextSent(),
    `<query xmlns='http://jabber.org/protocol/disco#info'><feature var='${NS_EXTDISCO}'/></query>`,
  );
  const service = `<service type='turn' host='turn.example' username='u' password='hunter2'/>`;
  await stream.recvResult(await stream.nextSent(), `<credentials xmlns='${NS_EXTDISCO}'>${service}</credentials>`);
  await stream.idle();
  // Why there is nothing is said all the same.
  expect(logger.lines.filter((line) => /external services are not known .+/.test(line))).toHaveLength(1);
  await stream.clock.advance(60_000);
  await stream.recvResult(await stream.nextSent(), `<services xmlns='${NS_EXTDISCO}'>${service}</services>`);
  expect(await services.iceServers()).toMatchObject([{ credential: 'hunter2' }]);
  await stream.recv(
    `<iq type='set' id='p' from='evil.example'><services xmlns='${NS_EXTDISCO}'>${service}</services></iq>`,
  );
  await stream.clock.advance(3_600_000);
  watch.dispose();
  await stream.idle();
  expect(logger.lines.filter((line) => line.includes('are not known'))).toHaveLength(1);
  const seen = [...tracer.sent, ...tracer.received, ...logger.lines].join('\n');
  expect(seen).toContain('turn.example');
  expect(seen).not.toContain('hunter2');
  await stream.close();
});
