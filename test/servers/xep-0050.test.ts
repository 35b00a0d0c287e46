import { formType, jids, single } from '@sestina/xep-0004';
import { AdHocCommands, CommandFailedError, type CommandInfo } from '@sestina/xep-0050';
import { describe, expect, it } from 'vitest';
import { KINDS, useServer } from '../support/bench.js';

const ADMIN = 'http://jabber.org/protocol/admin';
const Deleted = formType(ADMIN, { accountjids: jids('accountjids') });

const all = async (list: AsyncIterable<CommandInfo>): Promise<CommandInfo[]> => {
  const found: CommandInfo[] = [];
  for await (const command of list) found.push(command);
  return found;
};

describe.each(KINDS)('commands with %s', (kind) => {
  const bench = useServer({ kind, users: ['administrator'] });

  it('of the server are listed, for those who may run them', async () => {
    const [admin] = bench.server.users;
    const [client, other] = await Promise.all([bench.online(admin), bench.online()]);
    const nodes = (await all(client.use(AdHocCommands).list(bench.server.domain))).map(({ node }) => node);
    expect(nodes).toContain(`${ADMIN}#add-user`);
    const theirs = (await all(other.use(AdHocCommands).list(bench.server.domain))).map(({ node }) => node);
    expect(theirs).not.toContain(`${ADMIN}#add-user`);
    await expect(other.plugin(AdHocCommands).execute(bench.server.domain, `${ADMIN}#add-user`)).rejects.toMatchObject({
      condition: 'forbidden',
    });
  });

  it('add and delete an account, in one call and by stages', async () => {
    const { domain } = bench.server;
    const [admin] = bench.server.users;
    const client = await bench.online(admin);
    const commands = client.use(AdHocCommands);
    const jid = `made-by-command@${domain}`;
    const password = 'pw of it';
    await commands.run(domain, `${ADMIN}#add-user`, {
      accountjid: jid,
      password,
      'password-verify': password,
    });
    const made = await bench.online({ jid, username: 'made-by-command', password });
    expect(made.boundJid?.bare.full).toBe(jid);
    await made.disconnect();

    const session = await commands.execute(domain, `${ADMIN}#delete-user`);
    expect([session.status, session.form?.field('accountjids')?.type]).toEqual(['executing', 'jid-multi']);
    await session.execute(Deleted.submit({ accountjids: [jid] }));
    expect(session.status).toBe('completed');
    await expect(bench.client({ jid, password, reconnect: false }).connect()).rejects.toMatchObject({
      code: 'ERR_AUTH',
    });
    bench.takeComplaints();
  });

  it('show what they found', async () => {
    const { domain } = bench.server;
    const [admin] = bench.server.users;
    const client = await bench.online(admin);
    client.sendPresence();
    const node = kind === 'prosody' ? 'get-online-users-list' : 'get-online-users-num';
    const { status, form } = await client.use(AdHocCommands).run(domain, `${ADMIN}#${node}`);
    expect([status, form?.formType]).toEqual(['completed', ADMIN]);
    if (kind === 'prosody') expect(form?.field('onlineuserjids')?.values.join()).toContain(`${client.account}`);
    else expect(Number(form?.field('onlineusersnum')?.value)).toBeGreaterThan(0);
  });

  it('are given up', async () => {
    const { domain } = bench.server;
    const [admin] = bench.server.users;
    const client = await bench.online(admin);
    const session = await client.use(AdHocCommands).execute(domain, `${ADMIN}#add-user`);
    await session.cancel();
    expect(session.status).toBe('canceled');
    await expect(session.next()).rejects.toMatchObject({ code: 'ERR_COMMAND_ACTION' });
  });

  it('of a component are run by clients, stage by stage', async () => {
    const [domain = ''] = bench.server.component.domains;
    const component = bench.component({ jid: domain });
    const offered = component.use(AdHocCommands);
    const Step = formType('urn:example:step', { name: single('name').required() });
    offered.add({
      node: 'greet',
      name: 'Greet somebody',
      allow: (from) => from?.domain === bench.server.domain,
      async run({ ask, note }) {
        const { name: first } = Step.of(await ask(Step.form({}, { title: 'First name' })));
        const { name: last } = Step.of(
          await ask(Step.form({}, { title: 'Last name' }), { actions: ['complete', 'prev'] }),
        );
        note('info', `Good morrow, ${first} ${last}`);
        return Step.result({ name: `${first} ${last}` });
      },
    });
    offered.add({ node: 'fail', allow: 'everybody', run: ({ note }) => note('error', 'This never works') });
    await component.connect();
    const client = await bench.online();
    const commands = client.use(AdHocCommands);
    const listed = await all(commands.list(domain));
    expect(listed.map(({ node, name }) => [node, name])).toEqual([
      ['greet', 'Greet somebody'],
      ['fail', 'fail'],
    ]);
    const session = await commands.execute(domain, 'greet');
    await session.next({ name: 'Juliet' });
    expect(session.form?.title).toBe('Last name');
    await session.prev();
    expect([session.form?.title, session.form?.field('name')?.value]).toEqual(['First name', 'Juliet']);
    await session.next({ name: 'Giulietta' });
    await session.complete({ name: 'Capuleti' });
    expect(session.notes).toEqual([{ type: 'info', text: 'Good morrow, Giulietta Capuleti' }]);
    await expect(commands.run(domain, 'fail')).rejects.toThrow(CommandFailedError);
    expect(offered.executions).toBe(0);
  });

  it('of a client are run by another device of its account, and by nobody else', async () => {
    const account = await bench.account();
    const [one, other, stranger] = await Promise.all([bench.online(account), bench.online(account), bench.online()]);
    one.use(AdHocCommands).add({ node: 'status', allow: 'account', run: ({ note }) => note('info', 'well') });
    const at = one.boundJid ?? '';
    expect((await other.use(AdHocCommands).run(at, 'status')).notes).toEqual([{ type: 'info', text: 'well' }]);
    await expect(stranger.use(AdHocCommands).run(at, 'status')).rejects.toMatchObject({
      condition: 'service-unavailable',
    });
  });
});
