import { heap } from './heap.js';
import { MessageCount } from './message-count.js';
import { config, cpuOfWork, type Figures, finish, type Repeats, takeTurns, until } from './sample.js';
import type { Script } from './scripted-server.js';

const SM = "xmlns='urn:xmpp:sm:3'";
/** As many are sent before their being written is waited for. */
const BATCH = 128;

/** Options of the contenders of scenario (o). */
interface AckConfig extends Repeats {
  readonly count: number;
  /** Measures in turns; else once what those take that are not acknowledged. */
  readonly often: boolean;
}

/** A library with a session in which stanzas are counted. */
export interface CountingClient {
  /** Sends a message; what comes back can be awaited. */
  send(body: string): unknown;
  /** Those that are kept since the server has not acknowledged them. */
  unacked(): number;
  deliver(chunk: Buffer): void;
}

/** Measures messages that wait for their acknowledgement with one library, prints the sample and ends the process. */
export async function measureAcks(connect: (script: Script) => Promise<CountingClient>): Promise<void> {
  const { count, often, warmup } = config<AckConfig>();
  const messages = new MessageCount();
  let holding = false;
  const ack = (): string => `<a ${SM} h='${messages.count}'/>`;
  const client = await connect({
    features: `<sm ${SM}/>`,
    says(text) {
      if (text.startsWith('<enable')) return [`<enabled ${SM} id='s1' resume='true'/>`];
      messages.add(text);
      // What asks stands behind messages, or by itself.
      return text.includes('<r ') && !holding ? [ack()] : undefined;
    },
  });
  const send = async (): Promise<void> => {
    holding = true;
    const goal = messages.count + count;
    for (let i = 0; i < count; i++) {
      const sending = client.send(`Neither, fair saint, if either thee dislike. ${i}`);
      if (i % BATCH === 0) await sending;
    }
    await until(() => messages.count >= goal && client.unacked() >= count, 'all are written and kept');
    if (client.unacked() !== count) throw new Error(`${client.unacked()} of ${count} messages are kept`);
  };
  const release = async (): Promise<void> => {
    holding = false;
    client.deliver(Buffer.from(ack()));
    await until(() => client.unacked() === 0, 'all are acknowledged');
  };
  if (!often) {
    await send();
    await release();
    const before = await heap();
    await send();
    return finish({ kept: ((await heap()) - before) / 1_024 / count }, client.unacked());
  }
  let runs = 0;
  const work = async (): Promise<Figures> => {
    runs += 1;
    const sent = await cpuOfWork(send);
    const acked = await cpuOfWork(release);
    return { sent: (sent * 1_000) / count, acked: (acked * 1_000) / count };
  };
  while (runs < warmup) await work();
  await takeTurns(work);
  finish({}, messages.count / runs);
}
