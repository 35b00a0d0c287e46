import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCluster, type RunningServer, startCluster } from '../src/index.js';
import { listening } from '../src/ports.js';
import { leftovers, NOTHING } from './leftovers.js';
import { RawClient } from './raw-client.js';

async function online(node: RunningServer | undefined, username: string): Promise<RawClient> {
  if (!node) throw new Error('no such node');
  const client = await RawClient.open(node);
  await client.scram('SCRAM-SHA-1', username, node.users.find((user) => user.username === username)?.password ?? '');
  await client.bind();
  client.send('<presence/>');
  await client.expect(/<presence[^>]*>/);
  return client;
}

describe('a cluster of ejabberd', () => {
  let cluster: RunningCluster;

  beforeAll(async () => {
    cluster = await startCluster({ users: ['romeo', 'juliet'] });
  });

  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
  });

  async function talk(from: RunningServer | undefined, to: RunningServer | undefined): Promise<void> {
    const [romeo, juliet] = await Promise.all([online(from, 'romeo'), online(to, 'juliet')]);
    try {
      romeo.send('<message to="juliet@localhost" type="chat"><body>across</body></message>');
      await juliet.expect(/<body>across<\/body>/);
    } finally {
      romeo.close();
      juliet.close();
    }
  }

  it('lets users of two nodes talk to each other', async () => {
    await talk(cluster.nodes[0], cluster.nodes[1]);
  });

  it.each([0, 1])('goes on without node %i, which comes back', async (index) => {
    const [node, other] = index === 0 ? cluster.nodes : [...cluster.nodes].reverse();
    await node?.stop('KILL');
    await cluster.joined(1);
    await talk(other, other);
    await node?.start();
    await cluster.joined(2);
    await talk(node, other);
  });

  it('is told of accounts by any of its nodes', async () => {
    await cluster.nodes[1]?.addUser('late', 'secret');
    const client = await RawClient.open(cluster.nodes[0] as RunningServer);
    await client.scram('SCRAM-SHA-1', 'late', 'secret');
    client.close();
  });

  it('leaves no process and no directory', async () => {
    const other = await startCluster({ users: 0 });
    const { nodes, directory } = other;
    const directories = [directory, ...nodes.map((node) => node.directory)];
    expect(await listening(nodes[1]?.ports.c2s ?? 0)).toBe(true);
    await other[Symbol.asyncDispose]();
    for (const one of directories) expect(await leftovers(one)).toEqual(NOTHING);
    expect(await listening(nodes[1]?.ports.c2s ?? 0)).toBe(false);
  });
});
