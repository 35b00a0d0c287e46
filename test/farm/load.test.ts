import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';
import { Farm } from '../support/farm.js';
import { answering, Generator } from '../support/generator.js';

describe.each(KINDS)('a component of %s under load', (kind) => {
  const bench = useServer({ kind });
  const domain = (index: number): string => bench.server.component.domains[index] ?? '';

  it('F31: comes back when the server is killed and started again, and nothing is left unanswered', async () => {
    const [component, generator] = [bench.component({ jid: domain(1) }), bench.component({ jid: domain(0) })];
    answering(component, 'echo');
    // Answers that were on their way.
    component.on('sendFailed', ({ error }) => expect(error).toMatchObject({ retryable: true }));
    let sessions = 0;
    component.on('sessionStart', () => {
      sessions += 1;
    });
    await Promise.all([component.connect(), generator.connect()]);
    const outcome = await new Generator(generator, {
      domain: domain(1),
      count: 2_000,
      at: { 600: () => bench.server.restart('KILL') },
    }).run();
    expect(outcome).toMatchObject({ sent: 2_000, answered: 2_000, unanswered: 0 });
    expect(sessions).toBe(2);
    expect(component.pendingRequests).toBe(0);
    expect(component.sendQueue.length).toBe(0);
  });

  it('is missed by nobody for long when its process is killed and started again', async () => {
    await using farm = new Farm(bench.server, domain(1));
    await farm.add();
    const generator = bench.component({ jid: domain(0) });
    await generator.connect();
    const outcome = await new Generator(generator, {
      domain: domain(1),
      count: 1_500,
      at: { 500: () => farm.workers[0]?.kill().then(() => farm.add()) },
    }).run();
    expect(outcome).toMatchObject({ sent: 1_500, answered: 1_500, unanswered: 0 });
    expect([...outcome.byWorker.keys()]).toEqual(['w1', 'w2']);
  });

  it('shares its process with another component, each with its own stream and answers', async () => {
    const [one, two] = [bench.component({ jid: domain(0) }), bench.component({ jid: domain(1) })];
    answering(one, 'one');
    answering(two, 'two');
    await Promise.all([one.connect(), two.connect()]);
    const [fromOne, fromTwo] = await Promise.all([
      new Generator(one, { domain: domain(1), count: 1_000 }).run(),
      new Generator(two, { domain: domain(0), count: 1_000 }).run(),
    ]);
    const good = { answered: 1_000, lost: 0, repeated: 0, returned: 0 };
    expect(fromOne).toMatchObject({ ...good, byWorker: new Map([['two', 1_000]]) });
    expect(fromTwo).toMatchObject({ ...good, byWorker: new Map([['one', 1_000]]) });
    await one.disconnect();
    const alone = await bench.online();
    const answer = alone.wait('message');
    await alone.sendMessage({ to: `user1@${domain(1)}`, type: 'chat', body: 'still there?' });
    expect((await answer).body).toBe('two two');
  });

  it('has 200 addresses that chat with two clients at once, and mixes up none of them', async () => {
    const [addresses, each] = [200, 5];
    const component = bench.component({ jid: domain(1) });
    for (let index = 0; index < addresses; index++) {
      const address = component.as(`user${index}@${domain(1)}`);
      const counts = new Map<string, number>();
      address.on('message', ({ from, body }) => {
        const count = (counts.get(`${from}`) ?? 0) + 1;
        counts.set(`${from}`, count);
        address.sendMessage({ to: from, type: 'chat', body: `${index} heard ${body}, number ${count}` });
      });
    }
    await component.connect();
    const clients = await Promise.all([bench.online(), bench.online()]);
    const got = clients.map((client) => {
      const answers = new Map<string, string[]>();
      client.on('message', ({ from, body = '' }) => {
        answers.set(`${from}`, [...(answers.get(`${from}`) ?? []), body]);
      });
      return answers;
    });
    for (let round = 1; round <= each; round++) {
      for (let index = 0; index < addresses; index++) {
        const to = `user${index}@${domain(1)}`;
        await Promise.all(
          clients.map((client, who) => client.sendMessage({ to, type: 'chat', body: `${who}/${round}` })),
        );
      }
    }
    const total = () => got.flatMap((answers) => [...answers.values()].flat()).length;
    await expect.poll(total, { timeout: 20_000 }).toBe(2 * addresses * each);
    const expected = (who: number) =>
      new Map(
        Array.from({ length: addresses }, (_, index) => [
          `user${index}@${domain(1)}`,
          Array.from({ length: each }, (_, round) => `${index} heard ${who}/${round + 1}, number ${round + 1}`),
        ]),
      );
    expect(got).toEqual([expected(0), expected(1)]);
  });
});
