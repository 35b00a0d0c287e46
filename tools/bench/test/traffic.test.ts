import { describe, expect, it } from 'vitest';
import { cpuFrom, cpuOf } from '../src/contenders/lib/cpu.js';
import { MessageCount } from '../src/contenders/lib/message-count.js';
import { BODY, END, type Session, Traffic } from '../src/contenders/lib/traffic.js';
import { verifyTraffic } from '../src/scenarios/traffic.js';

const ADDRESS = 'juliet@capulet.example/balcony';

/** Traffic with a session that answers by hand. */
function traffic(answer: (body: string, traffic: Traffic) => void): { traffic: Traffic; sent: string[] } {
  const made = new Traffic();
  const sent: string[] = [];
  const session: Session = {
    address: ADDRESS,
    send: (_to, body) => {
      sent.push(body);
      queueMicrotask(() => answer(body, made));
    },
  };
  made.session = session;
  return { traffic: made, sent };
}

describe('messages that come back', () => {
  it('count once, and only our own', async () => {
    const { traffic: made, sent } = traffic((body, { received }) => {
      received('romeo@montague.example/orchard', body);
      received(ADDRESS, 'something else');
      received(ADDRESS, undefined);
      received(ADDRESS, `${BODY} 999`);
      received(ADDRESS, body);
      received(ADDRESS, body);
    });
    expect(await made.echo(500)).toBe(500);
    expect(new Set(sent).size).toBe(500);
    // A second run has numbers of its own.
    expect(await made.echo(10)).toBe(10);
  });

  it('are as many as the sink says', async () => {
    let seen = 0;
    const { traffic: made, sent } = traffic((body, { received }) => {
      seen += 1;
      if (body === END) received('sink@localhost', `${END} ${seen - 1}`);
    });
    expect(await made.sink(300)).toBe(299);
    expect(sent.length).toBe(300);
  });

  it('have to be all that were sent', () => {
    expect(() => verifyTraffic(new Map([['sestina', 5]]), 5)).not.toThrow();
    expect(() => verifyTraffic(new Map([['sestina', 4]]), 5)).toThrow('sestina: 4 of 5 messages');
  });
});

describe('the sink', () => {
  it('counts messages wherever they are cut', () => {
    const text = "<message to='a'><body>x</body></message>".repeat(3);
    for (let size = 1; size <= text.length; size++) {
      const counter = new MessageCount();
      for (let at = 0; at < text.length; at += size) counter.add(text.slice(at, at + size));
      expect([size, counter.count]).toEqual([size, 3]);
    }
  });
});

describe('CPU time of another process', () => {
  it('is read behind a name that can hold anything', () => {
    const zeros = '0 '.repeat(9);
    expect(cpuFrom(`17 (lua) 5 (x) S 1 ${zeros}150 25 0 0 20`)).toBe(1.75);
  });

  it('is not there for a process that is not', () => {
    expect([cpuOf(undefined), cpuOf(2 ** 30)]).toEqual([undefined, undefined]);
  });
});
