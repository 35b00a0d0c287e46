import { InstantMessaging, InstantMessagingOptions } from '@sestina/preset-im';
import { ChatMessaging, ChatMessagingOptions } from '@sestina/preset-im/chat';
import { HistoryMessaging, HistoryMessagingOptions } from '@sestina/preset-im/history';
import { RoomMessaging, RoomMessagingOptions } from '@sestina/preset-im/rooms';
import { describe, expect, it } from 'vitest';
import { leftOn, Stage } from './support.js';

const PRESETS = [
  [InstantMessaging, InstantMessagingOptions],
  [ChatMessaging, ChatMessagingOptions],
  [RoomMessaging, RoomMessagingOptions],
  [HistoryMessaging, HistoryMessagingOptions],
] as const;

const MATRIX = PRESETS.flatMap(([preset, Options]) =>
  Object.keys(new Options())
    .filter((name) => name !== 'privacy' && name !== 'activity')
    .flatMap((name) => [false, true].map((value) => ({ id: preset.id, preset, name, value }))),
);

describe('each part, alone', () => {
  it('is tried for four presets', () => expect(MATRIX.length).toBeGreaterThan(150));

  it.each(MATRIX)('$id with $name: $value is built, talks, and is gone again', async ({ preset, name, value }) => {
    await using stage = new Stage();
    const romeo = stage.client('romeo');
    const juliet = stage.client('juliet');
    const before = leftOn(romeo, stage.clock);
    const im = romeo.use(preset as typeof InstantMessaging, { [name]: value });
    expect(Object.hasOwn(im.parts, name)).toBe(value);
    const errors: Error[] = [];
    romeo.on('error', ({ error }) => void errors.push(error));
    await Promise.all([romeo.connect(), juliet.connect()]);
    romeo.sendPresence();
    juliet.sendPresence();
    await stage.clock.runUntilIdle();

    const heard: (string | undefined)[] = [];
    romeo.on('message', ({ body }) => void heard.push(body));
    juliet.on('message', (message) => {
      heard.push(message.body);
      message.reply('Good night').send();
    });
    romeo.sendMessage({ to: 'juliet@play.example', type: 'chat', body: 'Good morrow' });
    await stage.clock.runUntilIdle();
    expect(heard).toEqual(['Good morrow', 'Good night']);

    romeo.remove(preset);
    await romeo.disconnect();
    await juliet.disconnect();
    expect(errors).toEqual([]);
    expect(leftOn(romeo, stage.clock)).toEqual(before);
  });
});
