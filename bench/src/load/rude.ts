// Callers that are no guests of a server: some hang up before they are answered, some never finish their question.
import { type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Call, RudeJob, RudeResult } from './call.js';
import { codeNow } from './totp.js';

const HANGS_UP_WITHIN_MS = 20;
const BYTE_EVERY_MS = 250;

export async function beRude({ url, milliseconds, hangUps, slowOnes }: RudeJob): Promise<RudeResult> {
  const port = Number(new URL(url).port);
  const until = performance.now() + milliseconds;
  const made = { hungUp: 0, slow: 0 };
  const hangUp = async (call: Call): Promise<void> => {
    const socket = quiet(port);
    socket.write(textOf(call));
    made.hungUp += 1;
    await delay(Math.random() * HANGS_UP_WITHIN_MS);
    socket.destroy();
  };
  const speakSlowly = async (call: Call): Promise<void> => {
    while (performance.now() < until) {
      const socket = quiet(port);
      made.slow += 1;
      for (const byte of textOf(call)) {
        if (socket.destroyed || performance.now() > until) {
          break;
        }
        socket.write(byte);
        await delay(BYTE_EVERY_MS);
      }
      socket.destroy();
    }
  };
  const slow = slowOnes.map(speakSlowly);
  const began = performance.now();
  const all: Promise<void>[] = [];
  for (let now = began; now < until; now = performance.now()) {
    const due = Math.min(hangUps.calls.length, Math.floor(((now - began) * hangUps.perSecond) / 1000));
    for (const call of hangUps.calls.slice(all.length, due)) {
      all.push(hangUp(call));
    }
    await delay(2);
  }
  await Promise.all([...all, ...slow]);
  return made;
}

/** A connection whose end, however it comes, is nobody's error. */
function quiet(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => undefined);
  socket.resume();
  return socket;
}

function textOf({ method, path, body, totpKey = '' }: Call): string {
  const text = JSON.stringify({ ...body, code: codeNow(Buffer.from(totpKey, 'base64')) });
  return [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n');
}
